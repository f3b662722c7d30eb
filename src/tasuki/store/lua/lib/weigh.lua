-- How many bytes finished jobs have that stand in places of their own: `weights` has them by job as
-- `STATE BYTES`, `bytes` their sums, and `heavy:STATE` the jobs in order of their ends. Jobs without
-- large data or results stand in none of these, and cost nothing but a look whether there are any.

--@include bulk
--@include clock

-- The bytes of large data or of a large result, from the text that stands for it.
local function bytes_aside(text, pattern)
  return text and tonumber(string.match(text, pattern)) or 0
end

local function weigh(state, ids, bodies)
  if redis.call('EXISTS', key('data'), key('results')) == 0 then
    return
  end
  local weights, heavy, sum = {}, {}, 0
  local records = gather('HMGET', 'jobs', ids)
  for i, id in ipairs(ids) do
    local bytes = bytes_aside(records[i], '^[^\n]*\n[^\n]*\n@(%d+) ')
      + (state == 'completed' and bytes_aside(bodies[i], '^[^\n]*\n@(%d+) ') or 0)
    if bytes > 0 then
      sum = sum + bytes
      weights[#weights + 1] = id
      weights[#weights + 1] = state .. ' ' .. whole(bytes)
      heavy[#heavy + 1] = id
    end
  end
  if sum > 0 then
    bulk('HSET', 'weights', weights)
    bulk('ZADD', 'heavy:' .. state, pairwise_constant(whole(wall), heavy))
    call('HINCRBY', 'bytes', state, sum)
  end
end

-- Of jobs that are not finished any more, or gone.
local function unweigh(ids)
  if #ids == 0 or call('EXISTS', 'weights') == 0 then
    return
  end
  local sums, heavy = {}, {}
  for i, text in ipairs(gather('HMGET', 'weights', ids)) do
    local state, bytes = string.match(text or '', '^(%a+) (%d+)$')
    if state then
      sums[state] = (sums[state] or 0) + tonumber(bytes)
      heavy[state] = heavy[state] or {}
      table.insert(heavy[state], ids[i])
    end
  end
  for state, sum in pairs(sums) do
    bulk('HDEL', 'weights', heavy[state])
    bulk('ZREM', 'heavy:' .. state, heavy[state])
    if call('HINCRBY', 'bytes', state, -sum) == 0 then
      call('HDEL', 'bytes', state)
    end
  end
end
