-- waiting, scheduled -> cancelled, when the time in which a job had to run is over. Active jobs are
-- let go: they come back to `expires` when they are put back.

local EXPIRED = '0 %d %d expired\n'

local function expire(limit, age, most)
  local ids = call('ZRANGEBYSCORE', 'expires', '-inf', whole(wall), 'LIMIT', 0, limit)
  if #ids == 0 then
    return 0
  end
  bulk('ZREM', 'expires', ids)
  local found = locate(ids)
  local tries = gather('HMGET', 'tries', ids)
  local groups, order = {}, {}
  for i, id in ipairs(ids) do
    local state = found.states[i]
    if state == 'waiting' or state == 'scheduled' then
      call('ZREM', found.places[i], id)
      local _, _, _, type = header(found.records[i])
      if state == 'scheduled' then
        call('HINCRBY', 'counts', 'scheduled:' .. type, -1)
      end
      if not groups[type] then
        groups[type] = { ids = {}, bodies = {} }
        order[#order + 1] = type
      end
      local made, crashes = read_tries(tries[i])
      local n = #groups[type].ids + 1
      groups[type].ids[n] = id
      groups[type].bodies[n] = string.format(EXPIRED, made, crashes)
    end
  end
  for _, type in ipairs(order) do
    finish('cancelled', type, groups[type].ids, groups[type].bodies, '-', age, most)
  end
  return #ids
end
