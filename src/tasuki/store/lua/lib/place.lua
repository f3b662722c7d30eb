-- New jobs are written, and put where they wait or are scheduled. They come in columns (see enqueue).

--@include bell
--@include bulk
--@include events
--@include jobs

local NONE = {}

-- When a job is to run, and what its record begins with: `created expires `. Only few jobs have any of
-- the three.
local function times_of(position, created, delay, time, expires)
  local at = time or (delay and wall + delay)
  return at and at > wall and at, created .. (expires and whole(wall + expires) or '0') .. ' '
end

-- Adds what is to be written of jobs: ids by position, `records`, `data`, `due`, and `expires` as they go to
-- these keys, and for each type what goes to its waiting set, and the ids of those that wait, and that are
-- scheduled.
--
-- first    number of the first id
-- skipped  {position = true} of those that are not made
local function lay_out(first, jobs, skipped)
  local made = { ids = {}, records = {}, data = {}, due = {}, expires = {}, groups = {} }
  for kind = 1, #jobs.types do
    made.groups[kind] = { entries = {}, waiting = {}, scheduled = {} }
  end
  local created = whole(wall) .. ' '
  local plain_head = created .. '0 '
  local delays, times, expires = jobs.delays or NONE, jobs.times or NONE, jobs.expires or NONE
  local plain = not (next(delays) or next(times) or next(expires))
  local ids, records, tails, large = made.ids, made.records, jobs.tails, jobs.large or NONE
  local number = first
  for position, kind in ipairs(jobs.kinds) do
    if not skipped[position] then
      local id = id_of(number)
      number = number + 1
      ids[position] = id
      local group, head, at = made.groups[kind], plain_head, nil
      if not plain then
        at, head = times_of(position, created, delays[position], times[position], expires[position])
        if expires[position] then
          table.insert(made.expires, whole(wall + expires[position]))
          table.insert(made.expires, id)
        end
      end
      local n = #records
      records[n + 1], records[n + 2] = id, head .. tails[position]
      if large[position] then
        table.insert(made.data, id)
        table.insert(made.data, large[position])
      end
      if at then
        table.insert(made.due, whole(at))
        table.insert(made.due, id)
        table.insert(group.scheduled, id)
      else
        n = #group.waiting + 1
        group.waiting[n] = id
        group.entries[2 * n - 1], group.entries[2 * n] = jobs.priorities[position], id
      end
    end
  end
  return made
end

local function place_type(type, group)
  local waiting, scheduled = #group.waiting, #group.scheduled
  local all = waiting + scheduled
  if all > 0 and count('enqueued', type, all) == all then
    call('HSETNX', 'types', type, '')
  end
  if waiting > 0 then
    bulk('ZADD', 'wait:' .. type, group.entries)
    emit('waiting', type, group.waiting)
    ring(type)
  end
  if scheduled > 0 then
    shift('scheduled', type, scheduled)
    emit('scheduled', type, group.scheduled)
  end
end

-- Makes jobs, but for those that are `skipped`. Returns their ids by position.
local function place(first, jobs, skipped)
  local made = lay_out(first, jobs, skipped)
  bulk('HSET', 'jobs', made.records)
  bulk('HSET', 'data', made.data)
  bulk('ZADD', 'due', made.due)
  bulk('ZADD', 'expires', made.expires)
  for kind, type in ipairs(jobs.types) do
    place_type(type, made.groups[kind])
  end
  return made.ids
end
