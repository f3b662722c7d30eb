#!lua flags=allow-oom,no-writes
-- census: counts a part of the scheduled jobs by type, and with the first part the active ones too.
-- The parts of one count belong together if `as_of` was the same for all of them.
--
-- from     rank in `due` of the first that is counted, from 0 on
-- limit    how many are counted
--
-- Returns {as_of, more, tally = {STATE:TYPE, how many, ...}, kept = the same as it is kept}
-- Errors: LAYOUT

--@include census

local tally = {}
if request.from == 0 then
  count_active(tally)
end
count_scheduled(tally, request.from, request.limit)
local flat = {}
for field, n in pairs(tally) do
  flat[#flat + 1] = field
  flat[#flat + 1] = whole(n)
end
return cmsgpack.pack({
  as_of = last_event(),
  more = call('ZCARD', 'due') > request.from + request.limit,
  tally = flat,
  -- Two fields for every type.
  kept = call('HGETALL', 'counts'),
})
