#!lua flags=allow-oom,no-writes
-- counts: how many jobs of some types are in which state.
--
-- types    the types
-- states   the finished states
--
-- Returns {{waiting, scheduled, active, one for each finished state, ..., paused}, ...} by type
-- Errors: LAYOUT

--@include base

local rows = {}
for n, type in ipairs(request.types) do
  local counted = call('HMGET', 'counts', 'scheduled:' .. type, 'active:' .. type)
  local waiting = call('ZCARD', 'wait:' .. type) + call('ZCARD', 'apart:' .. type)
  local row = { waiting, tonumber(counted[1]) or 0, tonumber(counted[2]) or 0 }
  for _, state in ipairs(request.states) do
    row[#row + 1] = call('ZCARD', 'done:' .. state .. ':' .. type)
  end
  row[#row + 1] = call('SISMEMBER', 'paused', type)
  rows[n] = row
end
return cmsgpack.pack(rows)
