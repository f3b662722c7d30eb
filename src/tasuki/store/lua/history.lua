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
  minutes[n] = call('HGETALL', 'minute:' .. (current - request.minutes + n))
end
return cmsgpack.pack({ now = current, minutes = minutes, totals = call('HGETALL', 'stats') })
