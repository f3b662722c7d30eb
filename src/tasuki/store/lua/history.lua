#!lua flags=allow-oom,no-writes
-- history: the counters of some minutes, and the totals.
--
-- minutes  how many minutes, the current one last
--
-- Returns {now = the current minute since 1970, minutes = {{field, value, ...}, ...}, totals = {...}}
-- Errors: LAYOUT

--@include base
--@include clock

local current = math.floor(wall / 60000)
local minutes = {}
for n = 1, request.minutes do
  -- A dozen fields for every type that did something in that minute.
  minutes[n] = call('HGETALL', 'minute:' .. (current - request.minutes + n))
end
-- The totals have a dozen fields for every type.
return cmsgpack.pack({ now = current, minutes = minutes, totals = call('HGETALL', 'stats') })
