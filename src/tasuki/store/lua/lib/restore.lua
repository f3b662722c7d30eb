-- Puts jobs into their waiting sets, at their old places: the score is the priority, and equal
-- priorities stand in order of id. The caller has taken them out of where they were.

local function restore(ids)
  if #ids == 0 then
    return
  end
  local groups, order = by_type(ids, gather('HMGET', 'jobs', ids))
  for _, type in ipairs(order) do
    local group = groups[type]
    bulk('ZADD', 'wait:' .. type, pairwise(group.priorities, group.ids))
    local expiring = {}
    for i = 1, #group.ids do
      if group.expires[i] ~= '0' then
        expiring[#expiring + 1] = group.expires[i]
        expiring[#expiring + 1] = group.ids[i]
      end
    end
    bulk('ZADD', 'expires', expiring)
    emit('waiting', type, group.ids)
    ring(type)
  end
  return groups, order
end
