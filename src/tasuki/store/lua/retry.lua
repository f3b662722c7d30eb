#!lua
-- retry: completed, failed, cancelled -> waiting, by a person. The attempts start again, and the job
-- does not expire any more: its time may be over, and somebody wants it run all the same. How it ended
-- stays known, but for the result.
--
-- ids      the jobs
-- state    only those in this one; '' for any
--
-- Returns {states = {state before, or 'missing', ...}}
-- Errors: LAYOUT

--@include depart
--@include locate
--@include restore

local found = locate(request.ids)
local states, ended, chosen, endless, before = {}, {}, {}, {}, {}
for i, id in ipairs(request.ids) do
  states[i] = found.states[i] or 'missing'
  if found.ends[i] and meant(found.states[i], request.state) then
    ended[#ended + 1] = i
    chosen[#chosen + 1] = id
    local head, body = string.match(found.ends[i], '^([^\n]*\n)(.*)$')
    before[#before + 1] = id
    before[#before + 1] = head .. (found.states[i] == 'failed' and body or '')
    local record, changed = string.gsub(found.records[i], '^(%d+) [1-9]%d* ', '%1 0 ')
    if changed == 1 then
      endless[#endless + 1] = id
      endless[#endless + 1] = record
    end
  end
end
depart(request.ids, found, ended)
unweigh(chosen)
bulk('HSET', 'jobs', endless)
bulk('HSET', 'before', before)
for _, name in ipairs({ 'ends', 'results', 'tries', 'progress' }) do
  bulk('HDEL', name, chosen)
end
local groups, order = restore(chosen)
for _, type in ipairs(order or {}) do
  count('requeued', type, #groups[type].ids)
end
publish()
return cmsgpack.pack({ states = states })
