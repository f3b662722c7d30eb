#!lua flags=allow-oom
-- tick: all that is done from time to time, a step of each. Whoever comes too early does nothing and
-- writes nothing, so any number of processes may call it as often as they like.
--
-- interval     how often this is to be done, ms
-- pause        how long after a step the next one may be, while there is more to do, ms
-- limit        how many jobs each step moves or deletes
-- lease        length of leases, ms
-- error        the error of a job that fails because its runner vanished, as JSON
-- max_crashes  how many crashes fail a job
-- keep         how finished jobs are kept, see lib/finish
-- total        how many finished jobs are kept of all types and states together
-- types        how many types there may be, and that these ages hold for all who tick, from now on; 0:
--              as it was
--
-- Returns {due = whether anything was done, more = whether there is more to do, runners = whose jobs
--          were taken back, requeued, suspects, failed, cancelled, promoted, expired, pruned}
-- Errors: LAYOUT

--@include expire
--@include fold
--@include lost
--@include promote
--@include prune
--@include steps
--@include stream
--@include tidy
--@include upgrade

-- A time that lies far ahead was not written by a tick that went well.
local ASTRAY_MS = 10000

local function is_due()
  local saved = call('HMGET', 'clock', 'last', 'offset', 'turn', 'more')
  local now_ms = math.floor((wall_us + (tonumber(saved[2]) or 0)) / 1000)
  local last_ms = math.floor((tonumber(saved[1]) or 0) / 1000)
  local since = now_ms - (tonumber(saved[3]) or 0)
  -- The clock of a store whose time of day was set back stands still until somebody moves it.
  if now_ms < last_ms - 1000 or since < -ASTRAY_MS then
    return true
  end
  return since >= (saved[4] == '1' and math.min(request.pause, request.interval) or request.interval)
end

if not is_due() then
  return cmsgpack.pack({ due = false })
end
advance_clock(request.lease)
-- Before anything else: what goes wrong below is not tried again at once.
call('HSET', 'clock', 'turn', whole(math.floor(steady / 1000)))

if request.types > 0 then
  call('HSET', 'terms', 'types', request.types)
  for state, rule in pairs(request.keep) do
    call('HSET', 'terms', state, whole(rule.age))
  end
end
local limit, keep = request.limit, agreed(request.keep)
local terms = {
  dead = false,
  begun = false,
  error = request.error,
  max_crashes = request.max_crashes,
  keep = keep,
}
local reaped = reap_all(lost_runners(), terms, allowed(limit))
-- What takes its time whatever there is to do comes first: what comes in steps then gets what is left.
tidy_live()
tidy_events()
local unfolded = fold()
local promoted, unpromoted = in_steps(limit, promote_due)
local expired, unexpired = in_steps(limit, function(step)
  return expire(step, keep)
end)
local pruned, unpruned = in_steps(limit, function(step)
  return prune(step, request.total, keep)
end)
local lightened, heavy = in_steps(limit, function(step)
  return prune_bytes(step, keep)
end)
-- What is forgotten below has no jobs, and so no numbers of them.
write_shifts()
local room = allowed(limit)
local trimmed = tidy_types(keep, room)
local unchanged = upgrade(keep)
publish()

local more = reaped.more or unpromoted or unexpired or unpruned or heavy or trimmed >= room
  or unfolded or unchanged
call('HSET', 'clock', 'more', more and '1' or '0')
return cmsgpack.pack({
  due = true,
  more = more,
  runners = reaped.runners,
  requeued = reaped.requeued,
  suspects = reaped.suspects,
  failed = reaped.failed,
  cancelled = reaped.cancelled,
  promoted = promoted,
  expired = expired,
  pruned = pruned + lightened + trimmed,
})
