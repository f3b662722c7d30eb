-- The short way of one plain job: nothing is laid out for it, and only what concerns it is looked at.

--@include bell
--@include events
--@include jobs
--@include limit
--@include replay

-- Takes and returns what `enqueue` describes.
local function enqueue_one(sender, number, type, priority, tail)
  local reply = reply_before(sender, number)
  if reply then
    return reply
  end
  -- Counting tells that the type is a new one: then it matters how many there are.
  if call('HINCRBY', 'stats', 'enqueued:' .. type, 1) == 1 then
    local refused, limit = refused_types({ type }, { 1 }, {})
    if #refused > 0 then
      call('HDEL', 'stats', 'enqueued:' .. type)
      return cmsgpack.pack({ 0, {}, {}, refused, limit })
    end
    call('HSETNX', 'types', type, '')
  end
  measure('enqueued', type, 1)
  local first = whole(call('INCRBY', 'seq', 1))
  local id = id_of(first)
  call('HSET', 'jobs', id, whole(wall) .. ' 0 ' .. tail)
  call('ZADD', 'wait:' .. type, priority, id)
  emit_one('waiting', type, id)
  ring(type)
  reply = cmsgpack.pack({ first })
  remember_reply(sender, number, reply)
  publish()
  return reply
end
