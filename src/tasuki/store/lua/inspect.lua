#!lua flags=allow-oom,no-writes
-- inspect: everything that is known of some jobs.
--
-- ids      the jobs
--
-- Returns {rows = {{state or '', place, score, record, end, tries, progress}, ...}, '' where there is
--          none, options = {{type, options of its worker as JSON}, ...}}
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
local _, types = by_type(request.ids, found.records)
for n, text in ipairs(gather('HMGET', 'types', types)) do
  options[n] = { types[n], text or '' }
end
return cmsgpack.pack({ rows = rows, options = options })
