-- Finished jobs go when they are past their retention. `ripe` says which sets have any: its members
-- are STATE:TYPE, its scores at most the time at which the first job of that set goes.

-- How many sets one call looks at.
local SETS = 50

-- Writes down when a set is to be looked at next.
local function ripen(member)
  local first = call('ZRANGE', 'done:' .. member, 0, 0, 'WITHSCORES')
  if first[2] then
    call('ZADD', 'ripe', first[2], member)
  else
    call('ZREM', 'ripe', member)
  end
end

-- Deletes up to `limit` jobs of a set: those that are past their time, or the first ones in any case.
local function prune_set(member, limit, any)
  local done = 'done:' .. member
  local ids = any and call('ZRANGE', done, 0, limit - 1)
    or call('ZRANGEBYSCORE', done, '-inf', whole(wall), 'LIMIT', 0, limit)
  bulk('ZREM', done, ids)
  erase(ids)
  return #ids
end

-- limit   how many jobs are deleted at once
-- total   how many are kept of all types and states together; beyond it, what goes the soonest goes now
-- Returns how many were deleted, and whether there is more.
local function prune(limit, total)
  local pruned, looked = 0, 0
  local over = math.min(call('HLEN', 'ends') - total, limit)
  local ripe = call('ZRANGEBYSCORE', 'ripe', '-inf', whole(wall), 'LIMIT', 0, SETS)
  if over > 0 and #ripe == 0 then
    ripe = call('ZRANGE', 'ripe', 0, 0)
  end
  for _, member in ipairs(ripe) do
    if pruned >= limit then
      break
    end
    looked = looked + 1
    -- Whatever is wrong with this set, the next call looks at others first.
    call('ZADD', 'ripe', whole(wall + 1000), member)
    local gone = prune_set(member, limit - pruned, false)
    if gone == 0 and over > pruned then
      gone = prune_set(member, over - pruned, true)
    end
    pruned = pruned + gone
    ripen(member)
  end
  return pruned, pruned >= limit or looked < #ripe or #ripe == SETS or over > pruned
end

-- Deletes the first ones that have ended, where those with large data or results have too many bytes.
--
-- limit  how many jobs are deleted at once
-- most   {state = how many bytes are kept}
-- Returns how many were deleted, and whether there is more.
local function prune_bytes(limit, most)
  local pruned, more = 0, false
  -- One field for each finished state.
  local sums = call('HGETALL', 'bytes')
  for n = 1, #sums, 2 do
    local state, over = sums[n], tonumber(sums[n + 1]) - (most[sums[n]] or 0)
    local ids = over > 0 and call('ZRANGE', 'heavy:' .. state, 0, limit - pruned - 1) or {}
    local gone = {}
    for i, text in ipairs(gather('HMGET', 'weights', ids)) do
      if over <= 0 then
        break
      end
      over = over - (tonumber(string.match(text or '', '%d+$')) or 0)
      gone[#gone + 1] = ids[i]
    end
    local groups, order = by_type(gone, gather('HMGET', 'jobs', gone))
    for _, type in ipairs(order) do
      bulk('ZREM', 'done:' .. state .. ':' .. type, groups[type].ids)
    end
    erase(gone)
    bulk('ZREM', 'heavy:' .. state, gone)
    pruned = pruned + #gone
    more = more or over > 0 and #gone > 0
    if pruned >= limit then
      break
    end
  end
  return pruned, more
end
