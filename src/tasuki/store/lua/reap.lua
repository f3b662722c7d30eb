#!lua flags=allow-oom
-- reap: takes back the jobs of runners that are dead, or whose lease ran out.
--
-- dead         runners that are known to be dead; empty: those whose lease ran out
-- begun        of the dead: the jobs that had begun when they died, or false when that is not known
-- error        why, as the JSON error of a job that fails by it
-- lease        length of leases, ms
-- max_crashes  how many crashes fail a job
-- limit        how many jobs are taken back at once
-- keep         retention, see lib/reap
--
-- Returns {runners, requeued = how many wait again, suspects = how many of those apart, failed,
--          cancelled, more = whether there is more to take back}
-- Errors: LAYOUT

--@include base
--@include bulk
--@include clock
--@include events
--@include bell
--@include jobs
--@include restore
--@include finish
--@include reap

-- Returns the same as `take_back`, and how many jobs were looked at.
local function reap(runner, limit)
  -- From here on the runner can neither renew its lease nor exchange.
  call('ZADD', 'runners', 0, runner)
  local ids, stamps = held_by(runner, limit)
  -- One that vanished while it was being stopped was killed by who could not wait any longer.
  local seen, death = #request.dead > 0, nil
  if seen or not call('HGET', 'runner:' .. runner, 'stopping') then
    death = death_of(runner, request.error, request.begun, seen, request.max_crashes)
  end
  local back, apart, failed, cancelled = take_back(runner, ids, stamps, death, request.keep)
  if #ids < limit then
    forget_runner(runner)
  end
  return #ids, back, apart, failed, cancelled
end

advance_clock(request.lease)
local steady_ms = math.floor(steady / 1000)
local runners = {}
if #request.dead > 0 then
  for _, runner in ipairs(request.dead) do
    if call('ZSCORE', 'runners', runner) then
      runners[#runners + 1] = runner
    end
  end
else
  -- During the grace period only what was already being taken back (score 0) goes on.
  local latest = steady_ms < grace and 0 or steady_ms
  runners = call('ZRANGEBYSCORE', 'runners', '-inf', whole(latest), 'LIMIT', 0, 10)
end

local totals = { 0, 0, 0, 0 }
local left, more = request.limit, #runners == 10
for _, runner in ipairs(runners) do
  if left <= 0 then
    more = true
    break
  end
  local looked, back, apart, failed, cancelled = reap(runner, left)
  for i, number in ipairs({ back, apart, failed, cancelled }) do
    totals[i] = totals[i] + number
  end
  more = more or looked == left
  left = left - looked
end
publish()
return cmsgpack.pack({
  runners = runners,
  requeued = totals[1],
  suspects = totals[2],
  failed = totals[3],
  cancelled = totals[4],
  more = more,
})
