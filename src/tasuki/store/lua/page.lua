#!lua flags=allow-oom,no-writes
-- page: the next members of sorted sets, after a given place in their order.
--
-- sets     names of the sets
-- score, member  the last member of the page before; '' to start
-- reverse  from the largest down
-- limit    how many from each set
--
-- Returns {{member, score, member, score, ...}, ...}, one list for each set
-- Errors: LAYOUT

--@include base

-- The rank of the first member that stands after (score, member) in the set's order, by bisection:
-- many members can have one score, and the member itself may be gone.
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

local pages = {}
for n, set in ipairs(request.sets) do
  if request.member == '' then
    local command = request.reverse and 'ZREVRANGE' or 'ZRANGE'
    pages[n] = call(command, set, 0, request.limit - 1, 'WITHSCORES')
  elseif request.reverse then
    local last = rank_before(set, tonumber(request.score), request.member)
    local size = call('ZCARD', set)
    pages[n] = last < 0 and {}
      or call('ZREVRANGE', set, size - 1 - last, size - 2 - last + request.limit, 'WITHSCORES')
  else
    local first = rank_after(set, tonumber(request.score), request.member)
    pages[n] = call('ZRANGE', set, first, first + request.limit - 1, 'WITHSCORES')
  end
end
return cmsgpack.pack(pages)
