#!lua flags=allow-oom
-- recount: sets right how many jobs of each type are scheduled and active.
--
-- limit    up to how many scheduled jobs are counted here
-- as_of    where there are more: when they were counted (see census)
-- tally    where there are more: the count, {STATE:TYPE = how many}
--
-- Returns {changed = how many counts were wrong, done = false when a job has moved since `as_of`}
-- Errors: LAYOUT

--@include census

local tally = request.tally
if call('ZCARD', 'due') <= request.limit then
  tally = {}
  count_active(tally)
  count_scheduled(tally, 0, request.limit)
elseif request.as_of == '' or last_event() ~= request.as_of then
  return cmsgpack.pack({ changed = 0, done = false })
end

local kept = {}
-- Two fields for every type.
local flat = call('HGETALL', 'counts')
for i = 1, #flat, 2 do
  kept[flat[i]] = tonumber(flat[i + 1])
  tally[flat[i]] = tally[flat[i]] or 0
end
local changed = 0
for field, n in pairs(tally) do
  if (kept[field] or 0) ~= n then
    call('HSET', 'counts', field, n)
    changed = changed + 1
  end
end
return cmsgpack.pack({ changed = changed, done = true })
