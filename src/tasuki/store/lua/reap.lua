#!lua flags=allow-oom
-- reap: takes back the jobs of runners that are dead, or whose lease ran out.
--
-- dead         runners that are known to be dead; empty: those whose lease ran out
-- begun        of the dead: the jobs that had begun when they died, or false when that is not known
-- error        why, as the JSON error of a job that fails by it
-- lease        length of leases, ms
-- max_crashes  how many crashes fail a job
-- limit        how many jobs are taken back at once
-- keep         how finished jobs are kept, see lib/finish
--
-- Returns {runners, requeued = how many wait again, suspects = how many of those apart, failed,
--          cancelled, more = whether there is more to take back}
-- Errors: LAYOUT

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
  runners = lost_runners()
end
local terms = {
  dead = #request.dead > 0,
  begun = request.begun,
  error = request.error,
  max_crashes = request.max_crashes,
  keep = request.keep,
}
local reaped = reap_all(runners, terms, request.limit)
publish()
return cmsgpack.pack(reaped)
