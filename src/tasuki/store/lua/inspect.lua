#!lua flags=allow-oom,no-writes
-- inspect: everything that is known of some jobs.
--
-- ids      the jobs
--
-- Returns {rows = {{state or '', place, score, record, end, tries, progress}, ...}, '' where there is
--          none, options = {{type, options of its worker as JSON}, ...}, told = the active jobs that
--          were told to stop, before = {{id, its end before it was retried}, ...}}
-- Errors: LAYOUT

--@include base
--@include bulk
--@include clock
--@include jobs
--@include locate

local found = locate(request.ids)
local tries = gather('HMGET', 'tries', request.ids)
local progress = gather('HMGET', 'progress', request.ids)
local rows, options = {}, {}
for i = 1, #request.ids do
  rows[i] = {
    found.states[i] or '',
    found.places[i] or '',
    found.scores[i] or '',
    found.records[i] or '',
    found.ends[i] or '',
    tries[i] or '',
    progress[i] or '',
  }
end
local told, held = {}, {}
for i, id in ipairs(request.ids) do
  if found.states[i] == 'active' then
    local runner = holder(found.places[i])
    held[runner] = held[runner] or {}
    table.insert(held[runner], id)
  end
end
for runner, ids in pairs(held) do
  for i, member in ipairs(gather('SMISMEMBER', 'cancel:' .. runner, ids)) do
    if member == 1 then
      told[#told + 1] = ids[i]
    end
  end
end
local before = {}
for i, text in ipairs(gather('HMGET', 'before', request.ids)) do
  if text then
    before[#before + 1] = { request.ids[i], text }
  end
end
local _, types = by_type(request.ids, found.records)
for n, text in ipairs(gather('HMGET', 'types', types)) do
  options[n] = { types[n], text or '' }
end
return cmsgpack.pack({ rows = rows, options = options, told = told, before = before })
