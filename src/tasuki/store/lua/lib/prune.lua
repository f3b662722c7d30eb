-- Finished jobs go when they are past their retention. Those that follow the rule of their state do so
-- set by set: `ripe` says which sets there are. Its members are STATE:TYPE, its scores at most the time
-- at which the first job in `done:` goes, and infinite where all have a time of their own. These go by
-- `keeps`.

--@include finish
--@include locate

-- How many sets one call looks at.
local SETS = 50

-- The rules by which jobs are kept, with the ages that a server said last, for all who do upkeep.
local function agreed(keep)
  local rules = {}
  for state, rule in pairs(keep) do
    local age = tonumber(call('HGET', 'terms', state)) or rule.age
    rules[state] = { age = age, most = rule.most, bytes = rule.bytes }
  end
  return rules
end

-- The rule for a finished state, or for a set STATE:TYPE. What has another state is not kept.
local function rule_for(member, keep)
  return keep[string.match(member, '^%a+')] or { age = 0, most = 0, bytes = 0 }
end

-- Writes down when a set is to be looked at next, by a rule that may have changed.
local function ripen(member, keep)
  local first = call('ZRANGE', 'done:' .. member, 0, 0, 'WITHSCORES')
  if first[2] then
    call('ZADD', 'ripe', whole(tonumber(first[2]) + rule_for(member, keep).age), member)
  elseif call('EXISTS', 'kept:' .. member) == 1 then
    call('ZADD', 'ripe', '+inf', member)
  else
    call('ZREM', 'ripe', member)
  end
end

-- Deletes up to `limit` jobs of a set: those that are past their time, or the first ones in any case.
local function prune_set(member, limit, keep, any)
  local done = 'done:' .. member
  local latest = whole(wall - rule_for(member, keep).age)
  local ids = any and call('ZRANGE', done, 0, limit - 1)
    or call('ZRANGEBYSCORE', done, '-inf', latest, 'LIMIT', 0, limit)
  bulk('ZREM', done, ids)
  erase(ids)
  return #ids
end

-- Deletes up to `limit` of the jobs whose own time comes not after `latest`.
local function prune_kept(limit, latest)
  if limit <= 0 or not exists('keeps') then
    return 0
  end
  local ids = call('ZRANGEBYSCORE', 'keeps', '-inf', latest, 'LIMIT', 0, limit)
  local found = locate(ids)
  local groups, order, strays, gone = {}, {}, {}, 0
  for i, id in ipairs(ids) do
    local place = found.places[i]
    if not found.ends[i] then
      strays[#strays + 1] = id
    elseif not groups[place] then
      groups[place] = { id }
      order[#order + 1] = place
    else
      table.insert(groups[place], id)
    end
  end
  bulk('ZREM', 'keeps', strays)
  for _, place in ipairs(order) do
    local group = groups[place]
    -- Whatever is wrong with this set, the next call looks at others first.
    bulk('ZADD', 'keeps', pairwise_constant(whole(wall + 1000), group))
    bulk('ZREM', place, group)
    bulk('ZREM', 'keeps', group)
    erase(group)
    gone = gone + #group
  end
  return gone
end

-- limit   how many jobs are deleted at once
-- total   how many are kept of all types and states together; beyond it, what goes the soonest goes now
-- keep    see lib/finish
-- Returns how many were deleted, and whether there is more.
local function prune(limit, total, keep)
  local looked = 0
  local over = math.min(call('HLEN', 'ends') - total, limit)
  local pruned = prune_kept(limit, whole(wall))
  local ripe = call('ZRANGEBYSCORE', 'ripe', '-inf', whole(wall), 'LIMIT', 0, SETS)
  if over > pruned and #ripe == 0 then
    local first = call('ZRANGE', 'ripe', 0, 0, 'WITHSCORES')
    pruned = pruned + prune_kept(over - pruned, first[2] or '+inf')
    ripe = over > pruned and { first[1] } or {}
  end
  for _, member in ipairs(ripe) do
    if pruned >= limit then
      break
    end
    looked = looked + 1
    -- Whatever is wrong with this set, the next call looks at others first.
    call('ZADD', 'ripe', whole(wall + 1000), member)
    local gone = prune_set(member, limit - pruned, keep, false)
    if gone == 0 and over > pruned then
      gone = prune_set(member, over - pruned, keep, true)
    end
    pruned = pruned + gone
    ripen(member, keep)
  end
  return pruned, pruned >= limit or looked < #ripe or #ripe == SETS or over > pruned
end

-- Deletes the first ones that have ended, where those with large data or results have too many bytes.
--
-- limit  how many jobs are deleted at once
-- keep   see lib/finish
-- Returns how many were deleted, and whether there is more.
local function prune_bytes(limit, keep)
  local pruned, more = 0, false
  -- One field for each finished state.
  local sums = call('HGETALL', 'bytes')
  for n = 1, #sums, 2 do
    local state, over = sums[n], tonumber(sums[n + 1]) - rule_for(sums[n], keep).bytes
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
      drop('ZREM', 'kept:' .. state .. ':' .. type, groups[type].ids)
    end
    drop('ZREM', 'keeps', gone)
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
