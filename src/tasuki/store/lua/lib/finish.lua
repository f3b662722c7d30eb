-- The end of a job: kept for its retention, or gone. Those that follow the rule of their state stand in
-- `done:`, those with a time of their own in `kept:`, both in the order of their ends.

--@include events
--@include weigh

-- How long a job is kept that has ended in a state, ms: `own`, or what the rule says.
local function age_of(state, keep, own)
  return own or keep[state].age
end

-- Most jobs leave nothing in most of these, so a key that does not exist is not asked for each id.
local function drop(command, name, ids)
  if exists(name) then
    bulk(command, name, ids)
  end
end

local function drop_logs(ids)
  local lines, logs = gather('HMGET', 'logged', ids), {}
  for i = 1, #ids do
    if lines[i] then
      logs[#logs + 1] = key('log:' .. ids[i])
    end
  end
  for from = 1, #logs, CHUNK do
    redis.call('UNLINK', unpack(logs, from, math.min(from + CHUNK - 1, #logs)))
  end
  bulk('HDEL', 'logged', ids)
end

-- Deletes every trace of jobs that stand in no set any more.
local function erase(ids)
  if #ids == 0 then
    return
  end
  unweigh(ids)
  bulk('HDEL', 'jobs', ids)
  drop('HDEL', 'data', ids)
  drop('HDEL', 'results', ids)
  drop('HDEL', 'ends', ids)
  drop('HDEL', 'tries', ids)
  drop('HDEL', 'progress', ids)
  drop('HDEL', 'before', ids)
  drop('ZREM', 'expires', ids)
  if exists('logged') then
    drop_logs(ids)
  end
end

-- Deletes the first `number` jobs of a set.
local function erase_first(set, number)
  local ids = call('ZRANGE', set, 0, number - 1)
  call('ZREMRANGEBYRANK', set, 0, number - 1)
  erase(ids)
  return ids
end

-- Deletes at most `limit` finished jobs of a type and state that are over the count: those that have
-- ended first, and of those with a time of their own only when there are no others. Returns how many.
local function trim(state, type, most, limit)
  local done, kept = 'done:' .. state .. ':' .. type, 'kept:' .. state .. ':' .. type
  local plain, own = call('ZCARD', done), exists('keeps') and call('ZCARD', kept) or 0
  local over = math.min(plain + own - most, limit)
  if over <= 0 then
    return 0
  end
  if plain > 0 then
    erase_first(done, math.min(over, plain))
  end
  if over > plain then
    bulk('ZREM', 'keeps', erase_first(kept, over - plain))
  end
  return over
end

-- state, type  what the jobs become
-- ids, bodies  in parallel; a body is `started made crashes reason \n payload`
-- runner       who ran them, or '-'
-- keep         the rules: {state = {age, most, bytes}}. A job that has no time of its own is kept for `age`
--              ms, `most` are kept of each type, and of all types together as many as have `bytes` of
--              large data and results. Age 0 removes a job at once
-- own          how long these jobs are kept, ms, if that is a time of their own; nil: as the rule says
local function finish(state, type, ids, bodies, runner, keep, own)
  if #ids == 0 then
    return
  end
  count(state, type, #ids)
  emit(state, type, ids)
  local age = age_of(state, keep, own)
  if age == 0 then
    erase(ids)
    return
  end
  local now = whole(wall)
  local head = state .. ' ' .. now .. ' ' .. runner .. ' '
  local ends = {}
  for i = 1, #ids do
    ends[2 * i - 1] = ids[i]
    ends[2 * i] = head .. bodies[i]
  end
  bulk('HSET', 'ends', ends)
  weigh(state, ids, bodies)
  local at = whole(wall + age)
  bulk('ZADD', (own and 'kept:' or 'done:') .. state .. ':' .. type, pairwise_constant(now, ids))
  if own then
    bulk('ZADD', 'keeps', pairwise_constant(at, ids))
  end
  call('ZADD', 'ripe', 'LT', own and '+inf' or at, state .. ':' .. type)
  -- Of a job that has ended nothing is to be tried again, or to expire.
  drop('HDEL', 'tries', ids)
  drop('ZREM', 'expires', ids)
  -- More than came in, so that it shrinks where it was larger.
  trim(state, type, keep[state].most, 2 * #ids)
end
