#!lua flags=allow-oom
-- remove: any but active -> gone
--
-- ids      the jobs
--
-- Returns {states = {state before, or 'missing', ...}}
-- Errors: LAYOUT

--@include base
--@include bulk
--@include clock
--@include events
--@include jobs
--@include finish
--@include locate

local found = locate(request.ids)
local states, chosen = {}, {}
for i, id in ipairs(request.ids) do
  local state = found.states[i]
  states[i] = state or 'missing'
  if state and state ~= 'active' then
    local _, _, _, type = header(found.records[i])
    call('ZREM', found.places[i], id)
    if state == 'scheduled' then
      call('HINCRBY', 'counts', 'scheduled:' .. type, -1)
    end
    emit('removed', type, { id })
    chosen[#chosen + 1] = id
  end
end
erase(chosen)
publish()
return cmsgpack.pack({ states = states })
