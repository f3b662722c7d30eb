#!lua flags=allow-oom
-- leave: a runner goes. What it still holds is released; no attempt and no crash is counted.
--
-- runner   its identity
--
-- Returns {released = how many jobs}
-- Errors: LAYOUT

--@include base
--@include bulk
--@include clock
--@include events
--@include bell
--@include jobs
--@include restore
--@include finish
--@include reap

-- A runner holds at most as many jobs as it has slots, so this list is bounded by its settings.
local ids = call('ZRANGE', 'lease:' .. request.runner, 0, -1)
local groups, order = by_type(ids, gather('HMGET', 'jobs', ids))
for _, type in ipairs(order) do
  call('HINCRBY', 'counts', 'active:' .. type, -#groups[type].ids)
end
restore(ids)
forget_runner(request.runner)
publish()
return cmsgpack.pack({ released = #ids })
