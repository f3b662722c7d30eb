#!lua
-- enqueue: -> waiting, scheduled
-- What few jobs have (large, delays, times, expires, submissions) is left out where none has it. Most calls
-- make one job that has none of it, and that is to run at once. Such a request is a list instead: layout,
-- writes, sender, number, type, priority, tail.
--
-- sender, number   who calls, and its how-manieth call this is; a call that comes twice is answered
--                  with the first reply and does nothing
-- types            the types of the jobs, each once
-- kinds            for each job, which of the types (from 1 on)
-- priorities       for each job, as text
-- tails            for each job, its record without the times
-- large            {position = data}: those too large for a record
-- delays, times    {position = ms}: from now, or since 1970
-- expires          {position = ms from now}
-- submissions      {{first, last, key, fingerprint}, ...}: jobs with an idempotency key
-- key_seconds      how long such a key is remembered
--
-- Returns {first = number of the first new id,
--          replays = {{position of a submission, ids of the earlier one}, ...},
--          reused = positions of submissions whose key was used for something else,
--          refused = which of the types are too many, limit = how many there may be}, as a list. With any
--          `refused`, nothing is made
-- Errors: LAYOUT
--
-- No allow-oom: a store that is full takes no new jobs.

--@include keyed
--@include limit
--@include place
--@include plain
--@include replay

if request[1] then
  local _, _, sender, number, type, priority, tail = unpack(request)
  return enqueue_one(sender, number, type, priority, tail)
end

local reply = reply_before(request.sender, request.number)
if reply then
  return reply
end

local keyed = request.submissions and look_up_keys(request.submissions) or NO_KEYS
local refused, limit = refused_types(request.types, request.kinds, keyed.skipped)
if #refused > 0 then
  return cmsgpack.pack({ 0, {}, {}, refused, limit })
end

local fresh = #request.kinds - keyed.number
local first = call('INCRBY', 'seq', fresh) - fresh + 1
remember_keys(keyed, place(first, request, keyed.skipped), request.key_seconds)
reply = cmsgpack.pack({ whole(first), keyed.replays, keyed.reused })
remember_reply(request.sender, request.number, reply)
publish()
return reply
