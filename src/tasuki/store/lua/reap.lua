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
--@include lost

advance_clock(request.lease)
local runners = {}
if #request.dead > 0 then
  for _, runner in ipairs(request.dead) do
    if call('ZSCORE', 'runners', runner) then
      runners[#runners + 1] = runner
    end
  end
else
  runners = lost_runners(math.floor(steady / 1000))
end
local reaped = reap_all(runners, request.error, request.max_crashes, request.limit, request.keep)
publish()
return cmsgpack.pack(reaped)
