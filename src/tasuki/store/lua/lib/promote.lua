-- scheduled -> waiting

--@include restore

local function promote(ids)
  if #ids == 0 then
    return
  end
  bulk('ZREM', 'due', ids)
  local groups, order = restore(ids)
  for _, type in ipairs(order) do
    call('HINCRBY', 'counts', 'scheduled:' .. type, -#groups[type].ids)
  end
end

local function promote_due(limit)
  local ids = call('ZRANGEBYSCORE', 'due', '-inf', whole(wall), 'LIMIT', 0, limit)
  promote(ids)
  return #ids
end
