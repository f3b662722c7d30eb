-- active -> waiting, failed or cancelled: takes back the jobs of a runner that is gone.
--
-- What had begun when a process died is suspected of having ended it, and waits for a runner that
-- runs it apart. A suspicion counts for nothing; only what had begun alone is known to have done it.
--
-- When nobody saw a runner die, its whole machine may have gone, or the network to it: its jobs run
-- again at once like any other, but those to which that happens twice in a row are suspected, too.

--@include finish
--@include restore

-- Nothing of the runner may be left behind when its last job is taken back.
local function forget_runner(runner)
  call('ZREM', 'runners', runner)
  for _, name in ipairs({ 'runner:', 'lease:', 'cancel:', 'ring:' }) do
    call('DEL', name .. runner)
  end
end

-- What is known of a death: `error` is that of a job that fails by it, as JSON; `begun` the jobs that
-- had begun, in no order, or false when that is not known; `seen` whether anybody saw it.
local function death_of(runner, error, begun, seen, max_crashes)
  local known = {}
  for _, id in ipairs(begun or {}) do
    known[id] = true
  end
  -- The jobs are taken back in steps, and the first one sees how many there were. What has begun and
  -- is not held any more was settled, though its thread goes on.
  local number = call('ZCARD', 'lease:' .. runner)
  if begun then
    number = 0
    for _, score in ipairs(gather('ZMSCORE', 'lease:' .. runner, begun)) do
      number = number + (score and 1 or 0)
    end
  end
  call('HSETNX', 'runner:' .. runner, 'died_with', number)
  return {
    error = error,
    begun = begun and known,
    seen = seen or call('HEXISTS', 'runner:' .. runner, 'apart') == 1,
    alone = call('HGET', 'runner:' .. runner, 'died_with') == '1',
    max_crashes = max_crashes,
  }
end

local function add_end(ends, state, type, id, body)
  local groups = ends[state]
  local group = groups[type] or { ids = {}, bodies = {} }
  groups[type] = group
  group.ids[#group.ids + 1] = id
  group.bodies[#group.bodies + 1] = body
end

-- ids, stamps  some of what the runner holds
-- death        see above; nil when it gives its jobs back, and nothing is suspected
-- keep         see lib/finish
-- Returns how many jobs wait again, and of those apart; how many were failed, and cancelled.
local function take_back(runner, ids, stamps, death, keep)
  local apart = call('HGET', 'runner:' .. runner, 'apart')
  local records, tries = gather('HMGET', 'jobs', ids), gather('HMGET', 'tries', ids)
  local told = gather('SMISMEMBER', 'cancel:' .. runner, ids)
  local back, suspects, noted, held, guilty = {}, {}, {}, {}, {}
  local ends = { failed = {}, cancelled = {} }
  for i, id in ipairs(ids) do
    local _, _, _, type = header(records[i])
    if type then
      held[type] = (held[type] or 0) + 1
      local made, crashes, last_error, losses = read_tries(tries[i])
      local begun = death and (not death.begun or death.begun[id])
      local suspected = begun and (death.seen or losses > 0)
      local crashed = begun and death.seen and death.alone
      if crashed then
        crashes = crashes + 1
        guilty[type] = (guilty[type] or 0) + 1
      end
      local head = string.format('%s %d %d ', string.sub(stamps[i], 1, -4), made, crashes)
      if told[i] == 1 then
        add_end(ends, 'cancelled', type, id, head .. 'cancelled\n')
      elseif crashed and crashes >= death.max_crashes then
        add_end(ends, 'failed', type, id, head .. 'crashed\n' .. death.error)
      else
        local group = (suspected or apart) and suspects or back
        group[#group + 1] = id
        if begun and (crashed or not death.seen) then
          noted[#noted + 1] = id
          noted[#noted + 1] = write_tries(made, crashes, last_error, losses + (death.seen and 0 or 1))
        end
      end
    end
  end
  bulk('ZREM', 'lease:' .. runner, ids)
  bulk('HSET', 'tries', noted)
  for type, number in pairs(held) do
    call('HINCRBY', 'counts', 'active:' .. type, -number)
  end
  for type, number in pairs(guilty) do
    count('crashed', type, number)
  end
  restore(back)
  set_apart(suspects)
  local totals = { failed = 0, cancelled = 0 }
  for state, groups in pairs(ends) do
    for type, group in pairs(groups) do
      finish(state, type, group.ids, group.bodies, runner, keep)
      totals[state] = totals[state] + #group.ids
    end
  end
  return #back + #suspects, #suspects, totals.failed, totals.cancelled
end

-- The first of the jobs that a runner holds, at most `limit`, and the stamps of their claims.
local function held_by(runner, limit)
  local entries = call('ZRANGE', 'lease:' .. runner, 0, limit - 1, 'WITHSCORES')
  local ids, stamps = {}, {}
  for i = 1, #entries / 2 do
    ids[i], stamps[i] = entries[2 * i - 1], entries[2 * i]
  end
  return ids, stamps
end
