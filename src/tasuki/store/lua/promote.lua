#!lua flags=allow-oom
-- promote: scheduled -> waiting, those that are due or those that a person names.
--
-- ids      the jobs that a person names; empty: those that are due
-- limit    how many due jobs are moved at once
--
-- Returns {moved, states = {state before, or 'missing', ...} for the ids}
-- Errors: LAYOUT

--@include locate
--@include promote

local states, moved = {}, 0
if #request.ids == 0 then
  moved = promote_due(request.limit)
else
  local found = locate(request.ids)
  local chosen = {}
  for i, id in ipairs(request.ids) do
    states[i] = found.states[i] or 'missing'
    if states[i] == 'scheduled' then
      chosen[#chosen + 1] = id
    end
  end
  promote(chosen)
  moved = #chosen
end
publish()
return cmsgpack.pack({ moved = moved, states = states })
