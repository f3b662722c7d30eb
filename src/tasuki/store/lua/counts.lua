#!lua flags=allow-oom,no-writes
-- counts: how many jobs of some types are in which state.
--
-- types    the types
--
-- Returns {{{STATE = how many}, whether it is paused: 0 or 1}, ...} by type
-- Errors: LAYOUT

--@include bulk
--@include states

local counted = gather('HMGET', 'counts', fields_of(COUNTED, request.types))
local paused = gather('SMISMEMBER', 'paused', request.types)
local rows = {}
for n, type in ipairs(request.types) do
  -- Those that run apart wait as well.
  local jobs = { waiting = call('ZCARD', 'wait:' .. type) + call('ZCARD', 'apart:' .. type) }
  for i, state in ipairs(COUNTED) do
    jobs[state] = tonumber(counted[#COUNTED * (n - 1) + i]) or 0
  end
  for _, state in ipairs(FINISHED) do
    jobs[state] = ended_in(state .. ':' .. type)
  end
  rows[n] = { jobs, paused[n] }
end
return cmsgpack.pack(rows)
