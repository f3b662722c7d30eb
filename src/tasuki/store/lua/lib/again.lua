-- The answer to an exchange whose first answer was lost.

--@include jobs
--@include take

-- The ids of a group as they were claimed: in order of priority and id.
local function in_waiting_order(group)
  local priority = {}
  for i, id in ipairs(group.ids) do
    priority[id] = tonumber(group.priorities[i])
  end
  table.sort(group.ids, function(one, other)
    if priority[one] == priority[other] then
      return one < other
    end
    return priority[one] < priority[other]
  end)
  return group.ids
end

-- What an earlier call with this stamp claimed: its reply was lost.
local function claimed_before(runner, stamp)
  local ids = call('ZRANGEBYSCORE', 'lease:' .. runner, stamp, stamp)
  local groups, order = by_type(ids, gather('HMGET', 'jobs', ids))
  local claimed = {}
  for n, type in ipairs(order) do
    local own = in_waiting_order(groups[type])
    claimed[n] = { type = type, ids = own, records = gather('HMGET', 'jobs', own), tries = tries_of(own) }
  end
  return claimed
end
