#!lua
-- update: waiting, scheduled -> waiting, scheduled, by a person. It alone changes what a record says.
-- What is left out stays as it is.
--
-- ids          the jobs
-- priority     as text
-- delay, time  ms from now, or since 1970: when they may run; what is over means now
-- expires      ms from now; false: never
-- data, large  what stands in a record for the data, and the data if they are too large for one
-- options      {what stands in a record = what is to stand there}
--
-- Returns {states = {state before, or 'missing', ...},
--          after = {state now, or '' if the job was not changed, ...},
--          unknown = {{position, what stands in its record for the options}, ...} of the jobs that
--          were not changed because `options` does not say what these become}
-- Errors: LAYOUT
--
-- No allow-oom: it may make jobs larger.

--@include locate
--@include revise

local found = locate(request.ids)
local states, after, unknown = {}, {}, {}
local revision = new_revision(request)
for i, id in ipairs(request.ids) do
  local state = found.states[i]
  states[i], after[i] = state or 'missing', ''
  if state == 'waiting' or state == 'scheduled' then
    local options = options_of(found.records[i])
    if not options then
      states[i] = 'missing'
    elseif request.options and not request.options[options] then
      unknown[#unknown + 1] = { i, options }
    else
      after[i] = revise(revision, i, id, found)
    end
  end
end
carry_out(revision, request.ids, found)
publish()
return cmsgpack.pack({ states = states, after = after, unknown = unknown })
