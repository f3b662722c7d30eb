-- waiting, scheduled -> cancelled, when the time in which a job had to run is over. Active jobs are
-- let go: they come back to `expires` when they are put back.

--@include depart
--@include locate

-- Returns how many were looked at.
local function expire(limit, keep)
  local ids = call('ZRANGEBYSCORE', 'expires', '-inf', whole(wall), 'LIMIT', 0, limit)
  if #ids == 0 then
    return 0
  end
  bulk('ZREM', 'expires', ids)
  local found = locate(ids)
  local over = {}
  for i = 1, #ids do
    if found.states[i] == 'waiting' or found.states[i] == 'scheduled' then
      over[#over + 1] = i
    end
  end
  cancel_unrun(ids, found, over, 'expired', '', keep)
  return #ids
end
