-- What is kept small, a few pieces in each call: the list of types, and that of types with work.

--@include prune
--@include states

local FORGOTTEN_MS = 24 * 3600 * 1000
local SCANNED = 50
-- What is counted of a type besides the jobs that ended in each state.
local EVENTS = { 'enqueued', 'retried', 'snoozed', 'crashed', 'requeued', 'ms' }

-- The next types of a list that is gone through round and round. Where it goes on is written down
-- first: if one of them is broken, the others still have their turn.
local function next_types(command, name, cursor, step)
  local reply = call(command, name, call('HGET', 'clock', cursor) or '0', 'COUNT', SCANNED)
  call('HSET', 'clock', cursor, reply[1])
  local types = {}
  for i = 1, #reply[2], step do
    types[#types + 1] = reply[2][i]
  end
  return types
end

local function nothing_waits(type)
  return redis.call('EXISTS', key('wait:' .. type), key('apart:' .. type)) == 0
end

-- Takes types without waiting jobs from `live`, with their tokens.
local function tidy_live()
  local idle = {}
  for _, type in ipairs(next_types('SSCAN', 'live', 'live', 1)) do
    if nothing_waits(type) then
      idle[#idle + 1] = type
      call('DEL', 'bell:' .. type)
    end
  end
  bulk('SREM', 'live', idle)
end

-- Types that a registered runner works on: {type = true}.
local function worked_on()
  local types = {}
  -- As many as there are processes.
  for _, runner in ipairs(call('ZRANGE', 'runners', 0, -1)) do
    for type in string.gmatch(call('HGET', 'runner:' .. runner, 'types') or '', '[^\n]+') do
      types[type] = true
    end
  end
  return types
end

local function forget(types)
  bulk('HDEL', 'types', types)
  bulk('HDEL', 'idle', types)
  bulk('HDEL', 'stats', fields_of(EVENTS, types))
  bulk('HDEL', 'stats', fields_of(FINISHED, types))
  bulk('HDEL', 'counts', fields_of(COUNTED, types))
  bulk('HDEL', 'claimed', types)
  bulk('SREM', 'live', types)
  bulk('SREM', 'suspects', types)
  for _, type in ipairs(types) do
    call('DEL', 'bell:' .. type)
  end
end

-- Forgets those that have been without jobs for a day: `idle` says since when, and how many jobs there
-- had been by then.
local function forget_idle(idle)
  local since, made = gather('HMGET', 'idle', idle), gather('HMGET', 'stats', fields_of({ 'enqueued' }, idle))
  local over, noted, workers = {}, {}, nil
  for i, type in ipairs(idle) do
    local began, jobs = string.match(since[i] or '', '^(%d+) (%d+)$')
    if jobs ~= (made[i] or '0') then
      noted[#noted + 1] = type
      noted[#noted + 1] = whole(wall) .. ' ' .. (made[i] or '0')
    elseif wall - tonumber(began) >= FORGOTTEN_MS then
      workers = workers or worked_on()
      if not workers[type] then
        over[#over + 1] = type
      end
    end
  end
  bulk('HSET', 'idle', noted)
  forget(over)
end

-- Looks at the next types: whether they are used, and whether more of their jobs are kept than may be.
--
-- keep   see lib/finish
-- limit  how many jobs are deleted at once
-- Returns how many were deleted.
local function tidy_types(keep, limit)
  local types = next_types('HSCAN', 'types', 'types', 2)
  local counted = gather('HMGET', 'counts', fields_of(COUNTED, types))
  local ripe = gather('ZMSCORE', 'ripe', fields_of(FINISHED, types))
  local paused = gather('SMISMEMBER', 'paused', types)
  local listed = gather('SMISMEMBER', 'live', types)
  local idle, used, unlisted, trimmed = {}, {}, {}, 0
  for i, type in ipairs(types) do
    local waits = not nothing_waits(type)
    if waits and listed[i] == 0 then
      unlisted[#unlisted + 1] = type
    end
    local busy = paused[i] == 1 or waits
    for n = 1, #COUNTED do
      busy = busy or (tonumber(counted[#COUNTED * (i - 1) + n]) or 0) > 0
    end
    for n, state in ipairs(FINISHED) do
      local set = state .. ':' .. type
      local kept = ended_in(set)
      if kept > 0 or ripe[#FINISHED * (i - 1) + n] then
        ripen(set, keep)
      end
      if kept > keep[state].most then
        trimmed = trimmed + trim(state, type, keep[state].most, limit - trimmed)
      end
      busy = busy or kept > 0
    end
    table.insert(busy and used or idle, type)
  end
  bulk('HDEL', 'idle', used)
  bulk('SADD', 'live', unlisted)
  forget_idle(idle)
  return trimmed
end
