#!lua
-- retry: completed, failed, cancelled -> waiting, by a person. The attempts start again.
--
-- ids      the jobs
--
-- Returns {states = {state before, or 'missing', ...}}
-- Errors: LAYOUT

--@include base
--@include bulk
--@include clock
--@include events
--@include bell
--@include jobs
--@include restore
--@include locate

local found = locate(request.ids)
local states, chosen = {}, {}
for i, id in ipairs(request.ids) do
  states[i] = found.states[i] or 'missing'
  if found.ends[i] then
    call('ZREM', found.places[i], id)
    chosen[#chosen + 1] = id
  end
end
for _, name in ipairs({ 'ends', 'tries', 'progress' }) do
  bulk('HDEL', name, chosen)
end
local groups, order = restore(chosen)
for _, type in ipairs(order or {}) do
  count('requeued', type, #groups[type].ids)
end
-- A job that was retried has run out its time already, so it does not expire again.
bulk('ZREM', 'expires', chosen)
publish()
return cmsgpack.pack({ states = states })
