#!lua flags=allow-oom
-- leave: a runner goes. What it still holds is released; no attempt and no crash is counted. What it
-- was told to stop is cancelled.
--
-- runner   its identity
-- types    types whose doorbell it may have answered last
-- unasked  whether it goes without having been told to by who started it: what it holds may have made
--          it go, and is treated as if it had died
-- error, max_crashes, keep  as in `reap`
--
-- Returns {released = how many jobs}
-- Errors: LAYOUT

--@include reap

-- A runner holds at most as many jobs as it has slots, so this list is bounded by its settings.
local ids, stamps = held_by(request.runner, 0)
local death
if request.unasked then
  death = death_of(request.runner, request.error, false, true, request.max_crashes)
end
local released = take_back(request.runner, ids, stamps, death, request.keep)
forget_runner(request.runner)
for _, type in ipairs(request.types) do
  if call('EXISTS', 'wait:' .. type) == 1 then
    ring(type)
  end
end
publish()
return cmsgpack.pack({ released = released })
