-- Places in the order of a sorted set, by bisection: many members can have one score, and the member
-- itself may be gone.

--@include base

-- The rank of the first member that stands after (score, member).
local function rank_after(set, score, member)
  local low, high = 0, call('ZCARD', set)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local entry = call('ZRANGE', set, middle, middle, 'WITHSCORES')
    local other = tonumber(entry[2])
    if other < score or (other == score and entry[1] <= member) then
      low = middle + 1
    else
      high = middle
    end
  end
  return low
end

-- The rank of the last member that stands before (score, member), or -1.
local function rank_before(set, score, member)
  local low = rank_after(set, score, member) - 1
  local entry = low >= 0 and call('ZRANGE', set, low, low, 'WITHSCORES')
  if entry and entry[1] == member and tonumber(entry[2]) == score then
    return low - 1
  end
  return low
end

-- The next members after a place (no member: from the start), as {member, score, ...}.
local function members_after(set, score, member, reverse, limit)
  if member == '' then
    return call(reverse and 'ZREVRANGE' or 'ZRANGE', set, 0, limit - 1, 'WITHSCORES')
  elseif reverse then
    local last = rank_before(set, tonumber(score), member)
    local size = call('ZCARD', set)
    return last < 0 and {}
      or call('ZREVRANGE', set, size - 1 - last, size - 2 - last + limit, 'WITHSCORES')
  end
  local first = rank_after(set, tonumber(score), member)
  return call('ZRANGE', set, first, first + limit - 1, 'WITHSCORES')
end
