#!lua flags=allow-oom
-- reap: takes back the jobs of runners that are dead, or whose lease ran out.
--
-- dead         runners that are known to be dead; empty: those whose lease ran out
-- error        why, as the JSON error of a job that fails by it
-- lease        length of leases, ms
-- max_crashes  how many crashes fail a job
-- limit        how many jobs are taken back at once
-- keep         retention, see lib/reap
--
-- Returns {runners, requeued, failed, cancelled, more = whether there is more to take back}
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

local requeued, failed, cancelled, more = 0, 0, 0, #runners == 10
local left = request.limit
for _, runner in ipairs(runners) do
  if left <= 0 then
    more = true
    break
  end
  local back, lost, stopped, done = reap(runner, request.error, request.max_crashes, left, request.keep)
  requeued, failed, cancelled = requeued + back, failed + lost, cancelled + stopped
  left = left - back - lost - stopped
  more = more or not done
end
publish()
return cmsgpack.pack({
  runners = runners,
  requeued = requeued,
  failed = failed,
  cancelled = cancelled,
  more = more,
})
