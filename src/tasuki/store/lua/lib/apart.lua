-- waiting -> active, for a runner that runs suspects: from `apart:TYPE`, one job at a time.

--@include claim

-- Of the types that are in demand, the suspect that is the next one: {type, id, score}. With `crashed`
-- only those count that have crashed before.
local function next_suspect(demand, paused, crashed)
  local found
  for _, want in ipairs(demand) do
    local type = want[1]
    if call('SISMEMBER', 'suspects', type) == 1 and not paused[type] then
      local set = 'apart:' .. type
      local first = call('ZRANGEBYSCORE', set, crashed and '(0' or '-inf', '+inf', 'WITHSCORES',
        'LIMIT', 0, 1)
      local id, score = first[1], tonumber(first[2])
      if id and (not found or score < found.score or score == found.score and id < found.id) then
        found = { type = type, id = id, score = score }
      elseif not id and not crashed then
        call('SREM', 'suspects', type)
      end
    end
  end
  return found
end

-- One suspect. There is time to look at it closely.
--
-- crashed  whether it is the turn of those that have crashed before, if there are any
local function claim_apart(runner, demand, stamp, paused, crashed, keep)
  for _ = 1, MOST_EXPIRED do
    local suspect = crashed and next_suspect(demand, paused, true) or next_suspect(demand, paused, false)
    if not suspect then
      return {}
    end
    local run, expired = sift(take_one('apart:' .. suspect.type, suspect.id))
    end_expired(suspect.type, expired, keep)
    if #run.ids > 0 then
      call('HSET', 'claimed', suspect.type, whole(wall))
      return { grant(runner, suspect.type, run, stamp) }
    end
  end
  return {}
end
