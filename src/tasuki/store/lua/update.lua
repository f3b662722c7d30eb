#!lua
-- update: waiting, scheduled -> waiting, scheduled, by a person. It alone changes what a record says.
-- What is left out stays as it is.
--
-- ids          the jobs
-- state        only those in this one; '' for any
-- priority     as text
-- since        ms since 1970: what `delay` and `expires` count from; left out: now
-- delay, time  ms from then, or since 1970: when they may run; what is over means now
-- expires      ms from then; false: never
-- data, large  what stands in a record for the data, and the data if they are too large for one
-- options      {what stands in a record = what is to stand there}
--
-- Returns {states = {state before, or 'missing', ...},
--          after = {state now, or '' if nothing was to be done to the job, ...},
--          same = {position, ...} of the jobs that were already as they are to be,
--          unknown = {{position, what stands in its record for the options}, ...} of the jobs that
--          were not changed because `options` does not say what these become}
-- Errors: LAYOUT
--
-- No allow-oom: it may make jobs larger.

--@include locate
--@include revise

local found = locate(request.ids)
local states, after, same, unknown = {}, {}, {}, {}
local revision = new_revision(request)
for i, id in ipairs(request.ids) do
  local state = found.states[i]
  states[i], after[i] = state or 'missing', ''
  if meant(state, request.state) and (state == 'waiting' or state == 'scheduled') then
    local options = options_of(found.records[i])
    if not options then
      states[i] = 'missing'
    elseif request.options and not request.options[options] then
      unknown[#unknown + 1] = { i, options }
    else
      after[i] = revise(revision, i, id, found)
      if not after[i] then
        after[i], same[#same + 1] = state, i
      end
    end
  end
end
carry_out(revision, request.ids, found)
publish()
return cmsgpack.pack({ states = states, after = after, same = same, unknown = unknown })
