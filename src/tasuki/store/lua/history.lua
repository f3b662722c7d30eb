#!lua flags=allow-oom,no-writes
-- history: the counters of some minutes, or of some tens of minutes.
--
-- kind      'minute' or 'ten'
-- from, to  numbers since 1970; from = 0 asks for the time only
-- most      about how many fields one call gives
--
-- Returns {now = the current minute since 1970, folded = the last minute that its ten has,
--          rows = {{field, value, ...}, ...} from `from` on, fewer than asked for when they are large}
-- Errors: LAYOUT

--@include clock

local rows, fields = {}, 0
for n = request.from, request.from > 0 and request.to or -1 do
  if fields >= request.most then
    break
  end
  -- As many as one of them may have (lib/events).
  local row = call('HGETALL', request.kind .. ':' .. n)
  fields = fields + #row / 2
  rows[#rows + 1] = row
end
return cmsgpack.pack({
  now = math.floor(wall / 60000),
  folded = call('HGET', 'clock', 'folded') or '0',
  rows = rows,
})
