-- Jobs that have not begun, or are between attempts, become what a person says (see update).

--@include depart
--@include promote

-- The second line of a record; nothing if it has none.
local function options_of(record)
  return string.match(record, '^[^\n]*\n([^\n]*)\n')
end

-- What jobs are to become, and the jobs that are found to become it.
local function new_revision(change)
  local at = change.time or (change.delay and wall + change.delay)
  return {
    change = change,
    at = at,
    later = at and at > wall,
    expires = change.expires and whole(wall + change.expires) or change.expires == false and '0',
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

-- Adds the job at a position of what `locate` found. Returns the state that it comes to.
local function revise(revision, position, id, found)
  local state = found.states[position]
  table.insert(revision.ids, id)
  table.insert(revision.records, id)
  table.insert(revision.records, revised(found.records[position], revision.change, revision.expires))
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
