#!lua
-- enqueue: -> waiting, scheduled
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
--          reused = positions of submissions whose key was used for something else};
--          or, when there would be too many types, {refused = which of the types, limit = how many
--          there may be}, and nothing is made
-- Errors: LAYOUT
--
-- No allow-oom: a store that is full takes no new jobs.

--@include bell
--@include events
--@include limit

local sender = 'sender:' .. request.sender
local last = call('GET', sender)
if last then
  local number, reply = string.match(last, '^(%d+)\n(.*)$')
  if number == request.number then
    return reply
  end
end

-- A submission whose key is known makes no jobs. `skipped` holds the positions of its jobs.
local skipped, replays, reused, first_with = {}, {}, {}, {}
for _, submission in ipairs(request.submissions) do
  local from, to, name, fingerprint = unpack(submission)
  local known = call('GET', 'key:' .. name)
  local old_fingerprint, old_ids
  if known then
    old_fingerprint, old_ids = string.match(known, '^(%S*) (.*)$')
  elseif first_with[name] then
    old_fingerprint, old_ids = first_with[name][4], first_with[name]
  else
    first_with[name] = submission
  end
  if old_ids then
    if old_fingerprint == fingerprint then
      replays[#replays + 1] = { from, old_ids }
    else
      reused[#reused + 1] = from
    end
    for position = from, to do
      skipped[position] = true
    end
  end
end

local total = #request.kinds
local refused, limit = refused_types(request.types, request.kinds, skipped)
if #refused > 0 then
  return cmsgpack.pack({ refused = refused, limit = limit })
end
local fresh = total
for _ in pairs(skipped) do
  fresh = fresh - 1
end
local first = call('INCRBY', 'seq', fresh) - fresh + 1

local created = whole(wall) .. ' '
local endless = created .. '0 '
local records, due, expiring, ids = {}, {}, {}, {}
local waiting, scheduled = {}, {}
for kind = 1, #request.types do
  waiting[kind], scheduled[kind] = { ids = {}, scores = {} }, { ids = {} }
end

local kinds, priorities, tails = request.kinds, request.priorities, request.tails
local delays, times, expires, large = request.delays, request.times, request.expires, request.large
local aside = {}
local plain = not (next(delays) or next(times) or next(expires))
local next_number = first
local format, char, length = string.format, string.char, string.len
for position = 1, total do
  if not skipped[position] then
    local digits = format('%d', next_number)
    local id = char(64 + length(digits)) .. digits
    next_number = next_number + 1
    ids[position] = id
    local prefix, at = endless, nil
    if not plain then
      if expires[position] then
        local moment = whole(wall + expires[position])
        prefix = created .. moment .. ' '
        expiring[#expiring + 1] = moment
        expiring[#expiring + 1] = id
      end
      at = times[position] or (delays[position] and wall + delays[position])
    end
    records[#records + 1] = id
    records[#records + 1] = prefix .. tails[position]
    if large[position] then
      aside[#aside + 1] = id
      aside[#aside + 1] = large[position]
    end
    if at and at > wall then
      local group = scheduled[kinds[position]]
      group.ids[#group.ids + 1] = id
      due[#due + 1] = whole(at)
      due[#due + 1] = id
    else
      local group = waiting[kinds[position]]
      local n = #group.ids + 1
      group.ids[n] = id
      group.scores[n] = priorities[position]
    end
  end
end

bulk('HSET', 'jobs', records)
bulk('HSET', 'data', aside)
bulk('ZADD', 'due', due)
bulk('ZADD', 'expires', expiring)
for kind, name in ipairs(request.types) do
  local now_waiting, later = waiting[kind], scheduled[kind]
  local n, m = #now_waiting.ids, #later.ids
  if n + m > 0 and count('enqueued', name, n + m) == n + m then
    call('HSETNX', 'types', name, '')
  end
  if n > 0 then
    bulk('ZADD', 'wait:' .. name, pairwise(now_waiting.scores, now_waiting.ids))
    emit('waiting', name, now_waiting.ids)
    ring(name)
  end
  if m > 0 then
    call('HINCRBY', 'counts', 'scheduled:' .. name, m)
    emit('scheduled', name, later.ids)
  end
end
local function ids_of(submission)
  return table.concat(ids, ' ', submission[1], submission[2])
end
for name, submission in pairs(first_with) do
  local text = submission[4] .. ' ' .. ids_of(submission)
  call('SET', 'key:' .. name, text, 'EX', request.key_seconds)
end
for _, replay in ipairs(replays) do
  if type(replay[2]) == 'table' then
    replay[2] = ids_of(replay[2])
  end
end

local reply = cmsgpack.pack({ first = whole(first), replays = replays, reused = reused })
call('SET', sender, request.number .. '\n' .. reply, 'EX', 600)
publish()
return reply
