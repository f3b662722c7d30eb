#!lua flags=allow-oom
-- remove: any but active -> gone
--
-- ids      the jobs
-- state    only those in this one; '' for any
--
-- Returns {states = {state before, or 'missing', ...}}
-- Errors: LAYOUT

--@include depart
--@include locate

local found = locate(request.ids)
local states, chosen, gone = {}, {}, {}
for i, id in ipairs(request.ids) do
  local state = found.states[i]
  states[i] = state or 'missing'
  if meant(state, request.state) and state ~= 'active' then
    chosen[#chosen + 1] = i
    gone[#gone + 1] = id
  end
end
local groups, order = depart(request.ids, found, chosen)
for _, type in ipairs(order) do
  emit('removed', type, pick(request.ids, groups[type]))
end
erase(gone)
publish()
return cmsgpack.pack({ states = states })
