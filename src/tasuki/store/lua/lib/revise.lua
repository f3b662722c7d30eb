-- Jobs that have not begun, or are between attempts, become what a person says (see update).

--@include depart
--@include promote

-- The second line of a record; nothing if it has none.
local function options_of(record)
  return string.match(record, '^[^\n]*\n([^\n]*)\n')
end

-- What jobs are to become, and the jobs that are found to become it.
local function new_revision(change)
  local since = change.since or wall
  local at = change.time or (change.delay and since + change.delay)
  return {
    change = change,
    at = at,
    later = at and at > wall,
    expires = change.expires and whole(since + change.expires) or change.expires == false and '0',
    ids = {}, records = {}, put_off = {}, promoted = {}, waiting = {}, suspects = {}, scheduled = {},
  }
end

-- The record as it is to be.
local function revised(record, change, expires)
  local created, until_then, priority, type, options, data =
    string.match(record, '^(%d+) (%d+) (%S+) ([^\n]+)\n([^\n]*)\n(.*)$')
  return created .. ' ' .. (expires or until_then) .. ' ' .. (change.priority or priority) .. ' ' .. type
    .. '\n' .. (change.options and change.options[options] or options) .. '\n' .. (change.data or data)
end

-- Whether a job stands where it is to stand.
local function in_place(revision, position, found)
  if found.states[position] == 'waiting' then
    return not revision.later
  end
  return not revision.at or (revision.later and tonumber(found.scores[position]) == revision.at)
end

-- Whether a job has the data that it is to have, if its record is as it is to be: it holds the beginning of
-- those that are large, and their size. Of these, so few are updated at once that each is asked for.
local function has_data(change, id)
  return not change.large or call('HGET', 'data', id) == change.large
end

-- Adds the job at a position of what `locate` found. Returns the state that it comes to; nothing if it is
-- already as it is to be: then it is not added.
local function revise(revision, position, id, found)
  local change, state = revision.change, found.states[position]
  local record = revised(found.records[position], change, revision.expires)
  if record == found.records[position] and in_place(revision, position, found) and has_data(change, id) then
    return
  end
  table.insert(revision.ids, id)
  table.insert(revision.records, id)
  table.insert(revision.records, record)
  if state == 'scheduled' and revision.at and not revision.later then
    table.insert(revision.promoted, id)
    return 'waiting'
  elseif state == 'scheduled' then
    table.insert(revision.scheduled, id)
  elseif revision.later then
    table.insert(revision.put_off, position)
    table.insert(revision.scheduled, id)
    return 'scheduled'
  else
    local suspect = string.match(found.places[position], '^apart:')
    table.insert(suspect and revision.suspects or revision.waiting, id)
  end
  return state
end

local function write_data(change, ids)
  if change.large then
    local all = {}
    for i, id in ipairs(ids) do
      all[2 * i - 1], all[2 * i] = id, change.large
    end
    bulk('HSET', 'data', all)
  elseif change.data then
    drop('HDEL', 'data', ids)
  end
end

local function write_expiry(expires, ids)
  if expires == '0' then
    drop('ZREM', 'expires', ids)
  elseif expires then
    bulk('ZADD', 'expires', pairwise_constant(expires, ids))
  end
end

local function schedule(revision, ids, found)
  local groups, order = depart(ids, found, revision.put_off)
  for _, type in ipairs(order) do
    shift('scheduled', type, #groups[type])
  end
  if revision.later then
    bulk('ZADD', 'due', pairwise_constant(whole(revision.at), revision.scheduled))
  end
end

-- Whoever looks at them should look again.
local function tell(state, ids)
  local groups, order = by_type(ids, gather('HMGET', 'jobs', ids))
  for _, type in ipairs(order) do
    emit(state, type, groups[type].ids)
  end
end

-- ids, found  those whose positions were added, and what `locate` said of them
local function carry_out(revision, ids, found)
  bulk('HSET', 'jobs', revision.records)
  write_data(revision.change, revision.ids)
  write_expiry(revision.expires, revision.ids)
  schedule(revision, ids, found)
  tell('scheduled', revision.scheduled)
  tell('waiting', revision.suspects)
  promote(revision.promoted)
  restore(revision.waiting)
end
