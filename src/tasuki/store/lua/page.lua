#!lua flags=allow-oom,no-writes
-- page: the next members of sorted sets, each after a place in its order.
--
-- sets     {{name of the set, score, member: the last one that is known; '' to start}, ...}
-- reverse  from the largest down
-- limit    how many from each set
--
-- Returns {{member, score, member, score, ...}, ...}, one list for each set
-- Errors: LAYOUT

--@include rank

local pages = {}
for n, place in ipairs(request.sets) do
  pages[n] = members_after(place[1], place[2], place[3], request.reverse, request.limit)
end
return cmsgpack.pack(pages)
