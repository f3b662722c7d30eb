#!lua flags=allow-oom,no-writes
-- survey: what can be said of a namespace without looking at each job.
--
-- types    types whose doorbells are looked at
-- runners  runners of which a key was found
-- patience how long a lease may have been over, ms
--
-- Returns {jobs = how many, last = last id given out, overdue = runners that should have been reaped,
--          silent = types whose doorbell should ring, strangers = runners that are not registered and
--          have left something}
-- Errors: LAYOUT

--@include clock

local clock = call('HMGET', 'clock', 'offset', 'grace')
local steady_ms = math.floor((wall_us + (tonumber(clock[1]) or 0)) / 1000)
local since = steady_ms - request.patience
local overdue = {}
if since > (tonumber(clock[2]) or 0) then
  overdue = call('ZRANGEBYSCORE', 'runners', '-inf', whole(since), 'LIMIT', 0, 1000)
end

local silent = {}
for _, type in ipairs(request.types) do
  if
    call('EXISTS', 'wait:' .. type) == 1
    and call('EXISTS', 'bell:' .. type) == 0
    and call('SISMEMBER', 'paused', type) == 0
  then
    silent[#silent + 1] = type
  end
end

local strangers = {}
for _, runner in ipairs(request.runners) do
  local left = call('EXISTS', 'runner:' .. runner) == 1
    or call('EXISTS', 'lease:' .. runner) == 1
    or call('EXISTS', 'cancel:' .. runner) == 1
  if left and not call('ZSCORE', 'runners', runner) then
    strangers[#strangers + 1] = runner
  end
end

return cmsgpack.pack({
  jobs = call('HLEN', 'jobs'),
  last = call('GET', 'seq') or '0',
  overdue = overdue,
  silent = silent,
  strangers = strangers,
})
