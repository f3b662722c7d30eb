-- Where jobs are, and so which state they are in.

--@include bulk
--@include jobs

-- Which of some ids have ended and are kept for a time of their own: {id = true}.
local function kept_apart(ids, ends)
  local ended, own = {}, {}
  for i, id in ipairs(ids) do
    ended[#ended + 1] = ends[i] and id or nil
  end
  if #ended > 0 and exists('keeps') then
    for i, score in ipairs(gather('ZMSCORE', 'keeps', ended)) do
      own[ended[i]] = score and true
    end
  end
  return own
end

-- Returns lists in parallel with the ids:
--
-- records  the record, or false when there is none that can be read
-- states   scheduled, waiting, active, completed, failed, cancelled, or false when it is nowhere
-- places   the name of the set it stands in
-- scores   its score there
-- ends     the end of a finished job, or false
local function locate(ids)
  local found = { records = {}, states = {}, places = {}, scores = {}, ends = {} }
  if #ids == 0 then
    return found
  end
  local records = gather('HMGET', 'jobs', ids)
  local ends = gather('HMGET', 'ends', ids)
  local dues = gather('ZMSCORE', 'due', ids)
  local groups, order = by_type(ids, records)
  local waits, suspects = {}, exists('suspects')
  for _, type in ipairs(order) do
    local scores = gather('ZMSCORE', 'wait:' .. type, groups[type].ids)
    for i, id in ipairs(groups[type].ids) do
      waits[id] = scores[i] and { 'wait:' .. type, scores[i] }
    end
    if suspects then
      for i, score in ipairs(gather('ZMSCORE', 'apart:' .. type, groups[type].ids)) do
        local id = groups[type].ids[i]
        waits[id] = waits[id] or score and { 'apart:' .. type, score }
      end
    end
  end
  local own, missing = kept_apart(ids, ends), {}
  for i = 1, #ids do
    local id = ids[i]
    local _, _, _, type = header(records[i])
    found.records[i] = type and records[i] or false
    found.states[i], found.places[i], found.scores[i] = false, false, false
    found.ends[i] = ends[i]
    if not type then
      found.ends[i] = false
    elseif ends[i] then
      found.states[i] = string.match(ends[i], '^%S+')
      found.places[i] = (own[id] and 'kept:' or 'done:') .. found.states[i] .. ':' .. type
    elseif dues[i] then
      found.states[i], found.places[i], found.scores[i] = 'scheduled', 'due', dues[i]
    elseif waits[id] then
      found.states[i], found.places[i], found.scores[i] = 'waiting', waits[id][1], waits[id][2]
    else
      missing[#missing + 1] = i
    end
  end
  if #missing > 0 then
    local rest = {}
    for n, i in ipairs(missing) do
      rest[n] = ids[i]
    end
    -- All runners: as many as there are processes.
    for _, runner in ipairs(call('ZRANGE', 'runners', 0, -1)) do
      local scores = gather('ZMSCORE', 'lease:' .. runner, rest)
      for n, i in ipairs(missing) do
        if scores[n] then
          found.states[i], found.places[i], found.scores[i] = 'active', 'lease:' .. runner, scores[n]
        end
      end
    end
  end
  return found
end

-- Whether a job in this state is one of those that are to be acted on. One that was seen in the state that is
-- wanted may have gone on since.
local function meant(state, wanted)
  return state and (wanted == '' or state == wanted)
end

local function holder(place)
  return string.sub(place, #'lease:' + 1)
end
