-- Runners whose lease ran out, or that are known to be dead.

local LOST_RUNNERS = 10

-- Those whose lease ran out. During the grace period only what was already being taken back (score 0)
-- goes on.
local function lost_runners(steady_ms)
  local latest = steady_ms < grace and 0 or steady_ms
  return call('ZRANGEBYSCORE', 'runners', '-inf', whole(latest), 'LIMIT', 0, LOST_RUNNERS)
end

-- Takes back the jobs of these runners, at most `limit`; for the rest see lib/reap.
-- Returns {runners, requeued, failed, cancelled, more = whether there is more to take back}
local function reap_all(runners, error, max_crashes, limit, keep)
  local totals = { runners = runners, requeued = 0, failed = 0, cancelled = 0, more = #runners == LOST_RUNNERS }
  local left = limit
  for _, runner in ipairs(runners) do
    if left <= 0 then
      totals.more = true
      break
    end
    local back, lost, stopped, done = reap(runner, error, max_crashes, left, keep)
    totals.requeued = totals.requeued + back
    totals.failed = totals.failed + lost
    totals.cancelled = totals.cancelled + stopped
    totals.more = totals.more or not done
    left = left - back - lost - stopped
  end
  return totals
end
