-- The end of a job: kept for its retention, or gone.

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

-- Deletes at most `limit` finished jobs of a type and state that are over the count, the soonest to be
-- pruned first. Returns how many.
local function trim(state, type, most, limit)
  local done = 'done:' .. state .. ':' .. type
  local over = math.min(call('ZCARD', done) - most, limit)
  if over > 0 then
    local old = call('ZRANGE', done, 0, over - 1)
    call('ZREMRANGEBYRANK', done, 0, over - 1)
    erase(old)
  end
  return math.max(over, 0)
end

-- state, type  what the jobs become
-- ids, bodies  in parallel; a body is `started made crashes reason \n payload`
-- runner       who ran them, or '-'
-- age, most    how long (ms) and how many of them are kept; age 0 removes them now
local function finish(state, type, ids, bodies, runner, age, most)
  if #ids == 0 then
    return
  end
  count(state, type, #ids)
  emit(state, type, ids)
  if age == 0 then
    erase(ids)
    return
  end
  local head = state .. ' ' .. whole(wall) .. ' ' .. runner .. ' '
  local ends = {}
  for i = 1, #ids do
    ends[2 * i - 1] = ids[i]
    ends[2 * i] = head .. bodies[i]
  end
  bulk('HSET', 'ends', ends)
  weigh(state, ids, bodies)
  local at = whole(wall + age)
  bulk('ZADD', 'done:' .. state .. ':' .. type, pairwise_constant(at, ids))
  call('ZADD', 'ripe', 'LT', at, state .. ':' .. type)
  drop('HDEL', 'tries', ids)
  drop('ZREM', 'expires', ids)
  -- More than came in, so that it shrinks where it was larger.
  trim(state, type, most, 2 * #ids)
end
