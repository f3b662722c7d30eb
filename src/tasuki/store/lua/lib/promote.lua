-- scheduled -> waiting

--@include restore

local function promote(ids)
  if #ids == 0 then
    return
  end
  bulk('ZREM', 'due', ids)
  local groups, order = restore(ids)
  for _, type in ipairs(order) do
    shift('scheduled', type, -#groups[type].ids)
  end
end

-- Milliseconds until the first scheduled job is due, 0 when it is overdue; nil when there is none.
local function next_due()
  local first = call('ZRANGE', 'due', 0, 0, 'WITHSCORES')
  return first[2] and math.max(0, tonumber(first[2]) - wall)
end

local function promote_due(limit)
  local ids = call('ZRANGEBYSCORE', 'due', '-inf', whole(wall), 'LIMIT', 0, limit)
  promote(ids)
  return #ids
end
