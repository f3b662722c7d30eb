#!lua flags=allow-oom
-- register: a runner joins, with an identity that was never used before.
--
-- runner   its identity
-- lease    length of its lease, ms
-- fields   {host, pid, ...}, in pairs, for people to see
-- types    {{type, options of its worker as JSON}, ...}
--
-- Returns {wall = server time in ms}
-- Errors: LAYOUT

--@include bulk
--@include clock

advance_clock(request.lease)
call('ZADD', 'runners', whole(math.floor(steady / 1000) + request.lease), request.runner)
bulk('HSET', 'runner:' .. request.runner, request.fields)
call('HSET', 'runner:' .. request.runner, 'started', whole(wall))
for _, entry in ipairs(request.types) do
  call('HSET', 'types', entry[1], entry[2])
end
return cmsgpack.pack({ wall = whole(wall) })
