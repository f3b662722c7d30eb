#!lua flags=allow-oom
-- cancel: waiting, scheduled -> cancelled; an active job's runner is told to stop it.
--
-- ids      the jobs
-- state    only those in this one; '' for any
-- message  why, for people
-- keep     how finished jobs are kept, see lib/finish
--
-- Returns {states = {state before, or 'missing', ...}}
-- Errors: LAYOUT

--@include bell
--@include depart
--@include locate

local found = locate(request.ids)
local states, chosen, told, runners = {}, {}, {}, {}
for i, id in ipairs(request.ids) do
  local state = found.states[i]
  states[i] = state or 'missing'
  if not meant(state, request.state) then
    -- It stays as it is.
  elseif state == 'active' then
    local runner = holder(found.places[i])
    if not told[runner] then
      told[runner] = {}
      runners[#runners + 1] = runner
    end
    table.insert(told[runner], id)
  elseif state == 'waiting' or state == 'scheduled' then
    chosen[#chosen + 1] = i
  end
end
for _, runner in ipairs(runners) do
  local ids = told[runner]
  bulk('SADD', 'cancel:' .. runner, ids)
  ring_runner(runner)
  local groups, order = by_type(ids, gather('HMGET', 'jobs', ids))
  for _, type in ipairs(order) do
    emit('cancelling', type, groups[type].ids)
  end
end
cancel_unrun(request.ids, found, chosen, 'cancelled', request.message, request.keep)
publish()
return cmsgpack.pack({ states = states })
