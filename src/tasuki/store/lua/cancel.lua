#!lua flags=allow-oom
-- cancel: waiting, scheduled -> cancelled; an active job's runner is told to stop it.
--
-- ids      the jobs
-- message  why, for people
-- cancelled_age, cancelled_most  retention
--
-- Returns {states = {state before, or 'missing', ...}}
-- Errors: LAYOUT

--@include base
--@include bulk
--@include clock
--@include events
--@include bell
--@include jobs
--@include finish
--@include locate

local found = locate(request.ids)
local tries = gather('HMGET', 'tries', request.ids)
local states = {}
for i, id in ipairs(request.ids) do
  local state = found.states[i]
  states[i] = state or 'missing'
  if state == 'active' then
    local runner = holder(found.places[i])
    call('SADD', 'cancel:' .. runner, id)
    ring_runner(runner)
    local _, _, _, type = header(found.records[i])
    emit('cancelling', type, { id })
  elseif state == 'waiting' or state == 'scheduled' then
    local _, _, _, type = header(found.records[i])
    call('ZREM', found.places[i], id)
    if state == 'scheduled' then
      call('HINCRBY', 'counts', 'scheduled:' .. type, -1)
    end
    local made, crashes = read_tries(tries[i])
    local body = string.format('0 %d %d cancelled\n%s', made, crashes, request.message)
    finish('cancelled', type, { id }, { body }, '-', request.cancelled_age, request.cancelled_most)
  end
end
publish()
return cmsgpack.pack({ states = states })
