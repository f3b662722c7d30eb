-- Runners that are known to be dead, or whose lease ran out.

--@include reap

local LOST_RUNNERS = 10

-- Those whose lease ran out. During the grace period only what was already being taken back (score 0)
-- goes on.
local function lost_runners()
  local steady_ms = math.floor(steady / 1000)
  local latest = steady_ms < grace and 0 or steady_ms
  return call('ZRANGEBYSCORE', 'runners', '-inf', whole(latest), 'LIMIT', 0, LOST_RUNNERS)
end

-- Returns how many jobs were looked at, and the same as `take_back`.
local function reap(runner, terms, limit)
  -- From here on the runner can neither renew its lease nor exchange.
  call('ZADD', 'runners', 0, runner)
  local ids, stamps = held_by(runner, limit)
  -- One that vanished while it was being stopped was killed by who could not wait any longer.
  local death
  if terms.dead or not call('HGET', 'runner:' .. runner, 'stopping') then
    death = death_of(runner, terms.error, terms.begun, terms.dead, terms.max_crashes)
  end
  local back, apart, failed, cancelled = take_back(runner, ids, stamps, death, terms.keep)
  if #ids < limit then
    forget_runner(runner)
  end
  return #ids, back, apart, failed, cancelled
end

-- terms  {dead = whether they are known to be dead, begun, error, max_crashes, keep}: see lib/reap
-- limit  how many jobs are taken back at once
-- Returns {runners, requeued = how many wait again, suspects = how many of those apart, failed,
--          cancelled, more = whether there is more to take back}
local function reap_all(runners, terms, limit)
  local totals = { 0, 0, 0, 0 }
  local left, more = limit, #runners == LOST_RUNNERS
  for _, runner in ipairs(runners) do
    if left <= 0 then
      more = true
      break
    end
    local looked, back, apart, failed, cancelled = reap(runner, terms, left)
    for i, number in ipairs({ back, apart, failed, cancelled }) do
      totals[i] = totals[i] + number
    end
    more = more or looked == left
    left = left - looked
  end
  return {
    runners = runners,
    requeued = totals[1],
    suspects = totals[2],
    failed = totals[3],
    cancelled = totals[4],
    more = more,
  }
end
