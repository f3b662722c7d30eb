#!lua flags=allow-oom
-- pause, resume: whether the jobs of a type are claimed.
--
-- type     the type; it need not exist yet
-- paused   true or false
--
-- Returns {changed, limit = how many types there may be, when this one would be too many}
-- Errors: LAYOUT

--@include bell
--@include events
--@include limit

local changed
if request.paused then
  local refused, limit = refused_types({ request.type }, { 1 }, {})
  if #refused > 0 then
    return cmsgpack.pack({ changed = false, limit = limit })
  end
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
