-- waiting -> active, for a runner that runs suspects: from `apart:TYPE`, one job at a time.

--@include claim

-- The type whose first suspect has crashed the least, among those that are in demand.
local function least_suspicious(demand, paused)
  local found, fewest
  for _, want in ipairs(demand) do
    local type = want[1]
    if call('SISMEMBER', 'suspects', type) == 1 and not paused[type] then
      local first = call('ZRANGE', 'apart:' .. type, 0, 0, 'WITHSCORES')
      if not first[1] then
        call('SREM', 'suspects', type)
      elseif not fewest or tonumber(first[2]) < fewest then
        found, fewest = type, tonumber(first[2])
      end
    end
  end
  return found
end

-- One suspect. There is time to look at it closely.
local function claim_apart(runner, demand, stamp, paused, age, most)
  for _ = 1, MOST_EXPIRED do
    local type = least_suspicious(demand, paused)
    if not type then
      return {}
    end
    local run, expired = sift(take('apart:' .. type, 1))
    end_expired(type, expired, age, most)
    if #run.ids > 0 then
      call('HSET', 'claimed', type, whole(wall))
      return { grant(runner, type, run, stamp) }
    end
  end
  return {}
end
