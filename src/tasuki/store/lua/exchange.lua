#!lua flags=allow-oom
-- exchange: the pump's call. Settles what has ended, then claims what there are free slots for.
--
-- runner, number  who calls, and its how-manieth exchange this is; one that comes twice is answered
--                 like the first time
-- lease           length of leases, ms
-- notes           {ids, stamps, progress, lines}: see lib/notes
-- log_lines       how many log lines a job keeps
-- finished        groups for lib/settle
-- scheduled       groups for lib/settle
-- released        groups for lib/settle
-- demand          {{type, free slots}, ...}
-- rung            types whose doorbell woke the runner
-- limit           how many due jobs are moved at once
-- keep            how finished jobs are kept, see lib/finish
--
-- Returns {stamp, claimed = {{type, ids, records, tries}, ...}, lost = ids that were not held,
--          cancels = ids to be stopped, suspects = some types with jobs that are to run apart,
--          next_due = ms until a scheduled job is due (0: come back at once), or -1}
-- Errors: LAYOUT, LEASE_LOST, STALE

--@include again
--@include apart
--@include notes
--@include promote
--@include settle
--@include steps

local runner, keep = request.runner, request.keep
local lease_end = call('ZSCORE', 'runners', runner)
if not lease_end or lease_end == '0' then
  return redis.error_reply('LEASE_LOST the lease of runner ' .. runner .. ' ran out')
end

look_for_rare('cancel:' .. runner)
local function answer(stamp, claimed, lost, due)
  return cmsgpack.pack({
    stamp = stamp,
    claimed = claimed,
    lost = lost,
    -- At most as many as the runner holds jobs.
    cancels = exists('cancel:' .. runner) and call('SMEMBERS', 'cancel:' .. runner) or {},
    -- A few are enough: whoever runs suspects looks for all of its types.
    suspects = exists('suspects') and call('SRANDMEMBER', 'suspects', 100) or {},
    next_due = due or -1,
  })
end

local last = call('HMGET', 'runner:' .. runner, 'number', 'stamp', 'lost', 'apart')
local apart = last[4]
if last[1] == request.number then
  local lost = {}
  for id in string.gmatch(last[3], '%S+') do
    lost[#lost + 1] = id
  end
  return answer(last[2], claimed_before(runner, last[2]), lost, next_due())
end

-- A call that went astray and comes after a later one: what it asks for has no one to take it.
if last[1] and tonumber(request.number) < tonumber(last[1]) then
  return redis.error_reply('STALE a later exchange of runner ' .. runner .. ' was answered already')
end

advance_clock(request.lease)
local stamp, lost = whole(steady), {}
write_notes(runner, request.notes, request.log_lines)
for _, group in ipairs(request.finished) do
  settle_finished(runner, group, lost, keep)
end
for _, group in ipairs(request.scheduled) do
  settle_scheduled(runner, group, lost, keep)
end
for _, group in ipairs(request.released) do
  settle_released(runner, group, lost, apart, keep)
end

local due = next_due()
if due == 0 then
  in_steps(request.limit, promote_due)
  due = next_due()
end
local paused = paused_types(request.demand, request.rung)
local claimed, unclaimed
if apart then
  -- A process that has come through a job is risked for one that has crashed another.
  local came_through = #request.finished + #request.scheduled + #request.released > 0
  claimed = claim_apart(runner, request.demand, stamp, paused, came_through, keep)
else
  claimed, unclaimed = claim(runner, request.demand, stamp, paused, keep)
end
ring_again(request.rung, paused)
call('HSET', 'runner:' .. runner, 'number', request.number, 'stamp', stamp,
  'lost', table.concat(lost, ' '))
publish()
return answer(stamp, claimed, lost, unclaimed and 0 or due)
