-- active -> what the attempts came to. Each job is fenced by the stamp of its claim: the runner holds
-- it only while it stands in the runner's lease under that very stamp. Others are lost, untouched: the
-- caller's list `lost` gets their ids.

--@include restore
--@include told

-- The positions of the jobs in `group` that are held, or nil when all are. The others are added to
-- `lost`.
local function held_positions(runner, group, lost)
  local scores = gather('ZMSCORE', 'lease:' .. runner, group.ids)
  local positions, all = {}, true
  for i, id in ipairs(group.ids) do
    if scores[i] == group.stamps[i] then
      positions[#positions + 1] = i
    else
      all = false
      lost[#lost + 1] = id
    end
  end
  return not all and positions or nil
end

local function leave_lease(runner, type, ids)
  bulk('ZREM', 'lease:' .. runner, ids)
  if #ids > 0 then
    shift('active', type, -#ids)
    if exists('cancel:' .. runner) then
      bulk('SREM', 'cancel:' .. runner, ids)
    end
  end
end

local function keep_results(group, positions)
  local results = {}
  for n = 1, positions and #positions or #group.ids do
    local i = positions and positions[n] or n
    if group.large[i] then
      results[#results + 1] = group.ids[i]
      results[#results + 1] = group.large[i]
    end
  end
  bulk('HSET', 'results', results)
end

-- {state, type, ids, stamps, bodies, large, ms, histogram, own}: `large` has the results that are too
-- large for an end, by position; `own` is how long these jobs are kept, if that is a time of their own
local function settle_finished(runner, group, lost, keep)
  local positions = held_positions(runner, group, lost)
  local ids = pick(group.ids, positions)
  leave_lease(runner, group.type, ids)
  if next(group.large) and age_of(group.state, keep, group.own) > 0 then
    keep_results(group, positions)
  end
  finish(group.state, group.type, ids, pick(group.bodies, positions), runner, keep, group.own)
  if #ids > 0 then
    count('ms', group.type, group.ms)
    for bucket, n in pairs(group.histogram) do
      measure('h' .. bucket, group.type, n)
    end
  end
end

-- Takes held jobs out of the lease, which are to go back into the queue. Returns the positions in the
-- group of those that may, or nil when all may.
local function give_back(runner, group, lost, keep)
  local positions = held_positions(runner, group, lost)
  local ids = pick(group.ids, positions)
  local told = told_to_stop(runner, ids)
  leave_lease(runner, group.type, ids)
  if not told then
    return positions
  end
  local tries = gather('HMGET', 'tries', ids)
  for i, text in ipairs(pick(group.tries or {}, positions)) do
    tries[i] = text ~= '' and text or tries[i]
  end
  local stamps = pick(group.stamps, positions)
  local others = end_told(runner, told, group.type, ids, stamps, tries, keep)
  return positions and pick(positions, others) or others
end

-- {type, event, ids, stamps, delays, tries, expires}: tries is '' where nothing is to be noted
local function settle_scheduled(runner, group, lost, keep)
  local positions = give_back(runner, group, lost, keep)
  local ids = pick(group.ids, positions)
  if #ids == 0 then
    return
  end
  local delays, tries = pick(group.delays, positions), pick(group.tries, positions)
  local expires = pick(group.expires, positions)
  local due, noted, expiring = {}, {}, {}
  for i, id in ipairs(ids) do
    due[#due + 1] = whole(wall + delays[i])
    due[#due + 1] = id
    if tries[i] ~= '' then
      noted[#noted + 1] = id
      noted[#noted + 1] = tries[i]
    end
    if expires[i] ~= '0' then
      expiring[#expiring + 1] = expires[i]
      expiring[#expiring + 1] = id
    end
  end
  bulk('ZADD', 'due', due)
  bulk('HSET', 'tries', noted)
  bulk('ZADD', 'expires', expiring)
  shift('scheduled', group.type, #ids)
  count(group.event, group.type, #ids)
  emit('scheduled', group.type, ids)
end

-- {type, ids, stamps}; what runs apart stays suspected until it has come to an end
local function settle_released(runner, group, lost, apart, keep)
  local put_back = apart and set_apart or restore
  put_back(pick(group.ids, give_back(runner, group, lost, keep)))
end
