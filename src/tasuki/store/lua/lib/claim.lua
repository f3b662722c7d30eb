-- waiting -> active, under the runner's lease and this call's stamp.
--
-- An ordinary runner takes from `wait:TYPE`, in order of priority and id. What has expired is not run,
-- but ends here. (Suspects are claimed by lib/apart.)

--@include bell
--@include finish
--@include jobs
--@include take

local MOST_AT_ONCE = 100
local MOST_EXPIRED = 500
local MOST_BYTES = 1048576

-- Which of the types that are in demand, or whose bell rang, somebody has paused: {type = true}.
local function paused_types(demand, rung)
  local paused = {}
  if exists('paused') then
    local types = {}
    for i, want in ipairs(demand) do
      types[i] = want[1]
    end
    for _, type in ipairs(rung) do
      types[#types + 1] = type
    end
    for i, is_paused in ipairs(gather('SMISMEMBER', 'paused', types)) do
      paused[types[i]] = is_paused == 1
    end
  end
  return paused
end

-- Hands a token on that woke this runner, when there is work left for another one.
local function ring_again(rung, paused)
  for _, type in ipairs(rung) do
    if not paused[type] then
      ring_if_any(type)
    end
  end
end

local function end_expired(type, expired, keep)
  local bodies = {}
  for i = 1, #expired.ids do
    local made, crashes = read_tries(expired.tries[i] ~= '' and expired.tries[i])
    bodies[i] = string.format('0 %d %d expired\n', made, crashes)
  end
  finish('cancelled', type, expired.ids, bodies, '-', keep)
end

local function grant(runner, type, run, stamp)
  bulk('ZADD', 'lease:' .. runner, pairwise_constant(stamp, run.ids))
  shift('active', type, #run.ids)
  emit('active', type, run.ids)
  return { type = type, ids = run.ids, records = run.records, tries = run.tries }
end

-- left         {bytes, expired, unclaimed}: how much this call may still carry, and end; and whether
--              there is more that could be claimed at once
-- any_expired  whether anything has expired, of whatever type
local function claim_type(runner, type, n, stamp, left, any_expired, keep)
  local set = 'wait:' .. type
  local run, full = nil, true
  local wanted = n
  while full and wanted > 0 and left.bytes > 0 and left.expired > 0 do
    local step = math.min(wanted, MOST_AT_ONCE)
    local taken = take(set, step)
    full = #taken.ids == step
    if any_expired or not complete(taken.records) then
      local expired
      taken, expired = sift(taken)
      end_expired(type, expired, keep)
      left.expired = left.expired - #expired.ids
    end
    for i = 1, #taken.ids do
      left.bytes = left.bytes - #taken.records[i]
      if run then
        append(run, taken, i)
      end
    end
    run = run or taken
    wanted = wanted - #taken.ids
  end
  if full and ring_if_any(type) then
    left.unclaimed = left.unclaimed or wanted > 0
  end
  if run and #run.ids > 0 then
    return grant(runner, type, run, stamp)
  end
end

-- demand  {{type, free slots}, ...}
-- keep    see lib/finish
-- Returns what was claimed, by type, and whether more could be claimed at once.
local function claim(runner, demand, stamp, paused, keep)
  local earliest = exists('expires') and call('ZRANGE', 'expires', 0, 0, 'WITHSCORES')[2]
  local any_expired = earliest and tonumber(earliest) <= wall
  local left = { bytes = MOST_BYTES, expired = MOST_EXPIRED }
  local claimed, noted = {}, {}
  for _, want in ipairs(demand) do
    local type = want[1]
    if not paused[type] then
      local group = claim_type(runner, type, want[2], stamp, left, any_expired, keep)
      if group then
        claimed[#claimed + 1] = group
        noted[#noted + 1] = type
        noted[#noted + 1] = whole(wall)
      end
    end
  end
  bulk('HSET', 'claimed', noted)
  return claimed, left.unclaimed
end
