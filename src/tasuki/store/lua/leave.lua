#!lua flags=allow-oom
-- leave: a runner goes. What it still holds is released; no attempt and no crash is counted. What it
-- was told to stop is cancelled.
--
-- runner   its identity
-- types    types whose doorbell it may have answered last
-- cancelled_age, cancelled_most  retention
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
--@include told
--@include reap

-- A runner holds at most as many jobs as it has slots, so this list is bounded by its settings.
local entries = call('ZRANGE', 'lease:' .. request.runner, 0, -1, 'WITHSCORES')
local ids, stamp_of = {}, {}
for i = 1, #entries / 2 do
  ids[i] = entries[2 * i - 1]
  stamp_of[ids[i]] = entries[2 * i]
end
local groups, order = by_type(ids, gather('HMGET', 'jobs', ids))
local back = {}
for _, type in ipairs(order) do
  local own = groups[type].ids
  local told = told_to_stop(request.runner, own)
  local others
  if told then
    local stamps = {}
    for i, id in ipairs(own) do
      stamps[i] = stamp_of[id]
    end
    others = end_told(request.runner, told, type, own, stamps, gather('HMGET', 'tries', own),
      request.cancelled_age, request.cancelled_most)
  end
  for _, id in ipairs(pick(own, others)) do
    back[#back + 1] = id
  end
  call('HINCRBY', 'counts', 'active:' .. type, -#own)
end
restore(back)
forget_runner(request.runner)
for _, type in ipairs(request.types) do
  if call('EXISTS', 'wait:' .. type) == 1 then
    ring(type)
  end
end
publish()
return cmsgpack.pack({ released = #back })
