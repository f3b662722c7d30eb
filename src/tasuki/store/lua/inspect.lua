#!lua flags=allow-oom,no-writes
-- inspect: everything that is known of some jobs, or only in which state they are.
--
-- ids      the jobs
-- states   true: only the states
-- most     bytes that one call gives; the caller asks for the rest again
--
-- Returns {rows = {{state or '', place, score, record, end, tries, progress}, ...}, '' where there is
--          none, at least one and not more than fit; options = {{type, options of its worker as
--          JSON}, ...}, told = the active jobs that were told to stop, before = {{id, its end before
--          it was retried}, ...}}
-- Errors: LAYOUT

--@include finish
--@include locate

local found = locate(request.ids)
local rows, options = {}, {}
if request.states then
  for i = 1, #request.ids do
    rows[i] = { found.states[i] or '', found.places[i] or '', found.scores[i] or '', '', '', '', '' }
  end
  return cmsgpack.pack({ rows = rows, options = options, told = {}, before = {} })
end

local tries = gather('HMGET', 'tries', request.ids)
local progress = gather('HMGET', 'progress', request.ids)
local earlier = gather('HMGET', 'before', request.ids)
local bytes = 0
for i = 1, #request.ids do
  local record, finish = found.records[i] or '', found.ends[i] or ''
  local tried, progressed = tries[i] or '', progress[i] or ''
  bytes = bytes + #record + #finish + #tried + #progressed + #(earlier[i] or '')
  if i > 1 and bytes > request.most then
    break
  end
  rows[i] = {
    found.states[i] or '', found.places[i] or '', found.scores[i] or '',
    record, finish, tried, progressed,
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
for i = 1, #rows do
  if earlier[i] then
    before[#before + 1] = { request.ids[i], earlier[i] }
  end
end
local _, types = by_type(request.ids, found.records)
for n, text in ipairs(gather('HMGET', 'types', types)) do
  options[n] = { types[n], text or '' }
end
return cmsgpack.pack({ rows = rows, options = options, told = told, before = before })
