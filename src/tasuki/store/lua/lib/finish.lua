-- The end of a job: kept for its retention, or gone. Those that follow the rule of their state stand in
-- `done:`, those with a time of their own in `kept:`, both in the order of their ends.

--@include events
--@include weigh

-- Most jobs leave nothing in most of these, so a key that does not exist is not asked for each id.
local function drop(command, name, ids)
  if call('EXISTS', name) == 1 then
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
  if call('EXISTS', 'logged') == 1 then
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
  local plain, own = call('ZCARD', done), call('ZCARD', kept)
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

-- Of a job that has ended nothing is to be tried again or to expire: one look, when there is neither.
local function drop_marks(ids)
  local there = redis.call('EXISTS', key('tries'), key('expires'))
  if there == 0 then
    return
  end
  local tries = call('EXISTS', 'tries')
  if tries == 1 then
    bulk('HDEL', 'tries', ids)
  end
  if there > tries then
    bulk('ZREM', 'expires', ids)
  end
end

-- state, type  what the jobs become
-- ids, bodies  in parallel; a body is `started made crashes reason \n payload`
-- runner       who ran them, or '-'
-- age, most    how long (ms) and how many of them are kept; age 0 removes them now
-- own          whether the age is theirs, and not the rule's
local function finish(state, type, ids, bodies, runner, age, most, own)
  if #ids == 0 then
    return
  end
  count(state, type, #ids)
  emit(state, type, ids)
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
  drop_marks(ids)
  -- More than came in, so that it shrinks where it was larger.
  trim(state, type, most, 2 * #ids)
end
