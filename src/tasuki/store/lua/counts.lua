#!lua flags=allow-oom,no-writes
-- counts: how many jobs of some types are in which state.
--
-- types    the types
-- states   the finished states
--
-- Returns {{waiting, scheduled, active, one for each finished state, ..., paused}, ...} by type
-- Errors: LAYOUT

--@include bulk

local fields = {}
for n, type in ipairs(request.types) do
  fields[2 * n - 1], fields[2 * n] = 'scheduled:' .. type, 'active:' .. type
end
local counted = gather('HMGET', 'counts', fields)
local paused = gather('SMISMEMBER', 'paused', request.types)
local rows = {}
for n, type in ipairs(request.types) do
  local row = {
    -- Those that run apart wait as well.
    call('ZCARD', 'wait:' .. type) + call('ZCARD', 'apart:' .. type),
    tonumber(counted[2 * n - 1]) or 0,
    tonumber(counted[2 * n]) or 0,
  }
  for _, state in ipairs(request.states) do
    local set = state .. ':' .. type
    row[#row + 1] = call('ZCARD', 'done:' .. set) + call('ZCARD', 'kept:' .. set)
  end
  row[#row + 1] = paused[n]
  rows[n] = row
end
return cmsgpack.pack(rows)
