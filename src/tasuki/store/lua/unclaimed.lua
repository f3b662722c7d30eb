#!lua flags=allow-oom,no-writes
-- unclaimed: types of which jobs wait and are not paused, and when one of them was last claimed.
--
-- types    the types to look at; empty: a part of all known ones
-- cursor   where to go on with that; '0' at the start, and again at the end
-- limit    how many of them are looked at, about
--
-- Returns {wall = server time in ms, cursor, rows = {{type, waiting, active, time in ms of the last
-- claim or 0, options of its worker as JSON or ''}, ...}}
-- Errors: LAYOUT

--@include clock

local cursor, names = '0', request.types
if #names == 0 then
  local page = call('HSCAN', 'types', request.cursor, 'COUNT', request.limit)
  cursor = page[1]
  for i = 1, #page[2], 2 do
    names[#names + 1] = page[2][i]
  end
end
local rows = {}
for _, type in ipairs(names) do
  local waiting = call('ZCARD', 'wait:' .. type)
  if waiting > 0 and call('SISMEMBER', 'paused', type) == 0 then
    rows[#rows + 1] = {
      type,
      waiting,
      tonumber(call('HGET', 'counts', 'active:' .. type)) or 0,
      tonumber(call('HGET', 'claimed', type)) or 0,
      call('HGET', 'types', type) or '',
    }
  end
end
return cmsgpack.pack({ wall = wall, cursor = cursor, rows = rows })
