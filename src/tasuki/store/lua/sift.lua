#!lua flags=allow-oom,no-writes
-- sift: the jobs of one type among the next members of a sorted set in which all types stand.
--
-- set      name of the set
-- score, member  the last member that was looked at; '' to start
-- type     the type
-- limit    how many members are looked at
--
-- Returns {members = {member, score, ...}, last = {member, score} of the last one that was looked at,
--          or '' when there are no more}
-- Errors: LAYOUT

--@include bulk
--@include jobs
--@include rank

local flat = members_after(request.set, request.score, request.member, false, request.limit)
local ids = {}
for i = 1, #flat / 2 do
  ids[i] = flat[2 * i - 1]
end
local members = {}
for i, record in ipairs(gather('HMGET', 'jobs', ids)) do
  local _, _, _, type = header(record)
  if type == request.type then
    members[#members + 1] = ids[i]
    members[#members + 1] = flat[2 * i]
  end
end
local last = ''
if #ids == request.limit then
  last = { flat[#flat - 1], flat[#flat] }
end
return cmsgpack.pack({ members = members, last = last })
