#!lua flags=allow-oom,no-writes
-- types: all known types, with the options of their workers.
--
-- Returns {{type, options as JSON or ''}, ...}
-- Errors: LAYOUT

--@include base

-- As many as types were ever used.
local flat = call('HGETALL', 'types')
local rows = {}
for i = 1, #flat / 2 do
  rows[i] = { flat[2 * i - 1], flat[2 * i] }
end
return cmsgpack.pack(rows)
