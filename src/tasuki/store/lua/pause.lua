#!lua flags=allow-oom
-- pause, resume: whether the jobs of a type are claimed.
--
-- type     the type; it need not exist yet
-- paused   true or false
--
-- Returns {changed}
-- Errors: LAYOUT

--@include base
--@include clock
--@include events
--@include bell

local changed
if request.paused then
  changed = call('SADD', 'paused', request.type)
  call('HSETNX', 'types', request.type, '')
else
  changed = call('SREM', 'paused', request.type)
  if call('EXISTS', 'wait:' .. request.type) == 1 then
    ring(request.type)
  end
end
if changed == 1 then
  emit(request.paused and 'paused' or 'resumed', request.type, { '-' })
end
publish()
return cmsgpack.pack({ changed = changed == 1 })
