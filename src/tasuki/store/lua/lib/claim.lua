-- waiting -> active, in order of priority and id, under the runner's lease and this call's stamp.
--
-- A job that would be failed by its next crash runs with no other such job beside it in its runner
-- (`suspect`): so a job that kills its process is found out, and those that ran next to it are not.

local paused = {}
local held_back = {}

-- Takes back into the waiting set all last-chance jobs but one. Returns what stays claimed.
local function hold_back_suspects(type, ids, scores, tries, max_crashes)
  local kept, kept_tries = {}, {}
  local back = false
  for i, id in ipairs(ids) do
    local _, crashes = read_tries(tries[i])
    local last_chance = crashes >= 1 and crashes >= max_crashes - 1
    if last_chance and request.suspect then
      call('ZADD', 'wait:' .. type, scores[i], id)
      back = true
    else
      request.suspect = request.suspect or last_chance
      kept[#kept + 1] = id
      kept_tries[#kept_tries + 1] = tries[i] or ''
    end
  end
  if back then
    held_back[#held_back + 1] = type
    ring(type)
  end
  return kept, kept_tries
end

-- Leaves out ids without a record: the keys were tampered with, and there is nothing to run.
local function drop_strays(ids, records, tries)
  local kept, kept_records, kept_tries = {}, {}, {}
  for i, id in ipairs(ids) do
    if records[i] then
      local n = #kept + 1
      kept[n], kept_records[n], kept_tries[n] = id, records[i], tries[i]
    end
  end
  return kept, kept_records, kept_tries
end

local function claim_type(runner, type, n, stamp, max_crashes)
  local popped = call('ZPOPMIN', 'wait:' .. type, n)
  local ids, scores = {}, {}
  for i = 1, #popped / 2 do
    ids[i], scores[i] = popped[2 * i - 1], popped[2 * i]
  end
  if #ids == n and call('EXISTS', 'wait:' .. type) == 1 then
    ring(type)
  end
  local tries = {}
  if #ids > 0 and call('EXISTS', 'tries') == 1 then
    ids, tries = hold_back_suspects(type, ids, scores, gather('HMGET', 'tries', ids), max_crashes)
  end
  local records = gather('HMGET', 'jobs', ids)
  for i = 1, #ids do
    if not records[i] then
      ids, records, tries = drop_strays(ids, records, tries)
      break
    end
  end
  if #ids == 0 then
    return nil
  end
  bulk('ZADD', 'lease:' .. runner, pairwise_constant(stamp, ids))
  call('HINCRBY', 'counts', 'active:' .. type, #ids)
  emit('active', type, ids)
  return { type = type, ids = ids, records = records, tries = tries }
end

-- demand  {{type, free slots}, ...}
local function claim(runner, demand, stamp, max_crashes)
  if call('EXISTS', 'paused') == 1 then
    -- Those that somebody has paused by hand.
    for _, type in ipairs(call('SMEMBERS', 'paused')) do
      paused[type] = true
    end
  end
  local claimed = {}
  for _, want in ipairs(demand) do
    if not paused[want[1]] then
      claimed[#claimed + 1] = claim_type(runner, want[1], want[2], stamp, max_crashes)
    end
  end
  return claimed
end

-- The ids of a group as they were claimed: in order of priority and id.
local function in_waiting_order(group)
  local priority = {}
  for i, id in ipairs(group.ids) do
    priority[id] = tonumber(group.priorities[i])
  end
  table.sort(group.ids, function(one, other)
    if priority[one] == priority[other] then
      return one < other
    end
    return priority[one] < priority[other]
  end)
  return group.ids
end

-- What an earlier call with this stamp claimed: its reply was lost.
local function claimed_before(runner, stamp)
  local ids = call('ZRANGEBYSCORE', 'lease:' .. runner, stamp, stamp)
  local groups, order = by_type(ids, gather('HMGET', 'jobs', ids))
  local claimed = {}
  for n, type in ipairs(order) do
    local own = in_waiting_order(groups[type])
    local tries = {}
    for i, text in ipairs(gather('HMGET', 'tries', own)) do
      tries[i] = text or ''
    end
    claimed[n] = { type = type, ids = own, records = gather('HMGET', 'jobs', own), tries = tries }
  end
  return claimed
end
