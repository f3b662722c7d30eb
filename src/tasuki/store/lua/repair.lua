#!lua flags=allow-oom
-- repair: sets jobs right that stand wrong. Whether they do is looked at again here: what is right by
-- now is left alone.
--
-- ids      the jobs
-- name     the key where they should not be; '' when it is not one key
-- keep     how finished jobs are kept, see lib/finish
-- types    types to be known, and to be rung if work waits
-- runners  runners of which everything is forgotten, if they are not registered
-- largest  no id up to here is given out again
--
-- Returns {mended = how many}
-- Errors: LAYOUT

--@include mend
--@include reap

local mended = 0
for _, id in ipairs(request.ids) do
  if mend(id, request.name, request.keep) then
    mended = mended + 1
  end
end
for _, type in ipairs(request.types) do
  mended = mended + call('HSETNX', 'types', type, '')
  if call('EXISTS', 'wait:' .. type) == 1 and call('EXISTS', 'bell:' .. type) == 0 then
    ring(type)
    mended = mended + 1
  end
end
for _, runner in ipairs(request.runners) do
  if not call('ZSCORE', 'runners', runner) and call('EXISTS', 'lease:' .. runner) == 0 then
    forget_runner(runner)
    mended = mended + 1
  end
end
if request.largest > (tonumber(call('GET', 'seq')) or 0) then
  call('SET', 'seq', whole(request.largest))
  mended = mended + 1
end
publish()
return cmsgpack.pack({ mended = mended })
