#!lua flags=allow-oom
-- heartbeat: a runner goes on holding all its jobs. A runner that is being reaped, or is gone, does
-- not come back.
--
-- runner   its identity
-- lease    length of its lease, ms
-- fields   {load, ...}, in pairs, for people to see
--
-- Returns {cancels = ids to be stopped}
-- Errors: LAYOUT, LEASE_LOST

--@include bulk
--@include clock

local lease_end = call('ZSCORE', 'runners', request.runner)
if not lease_end or lease_end == '0' then
  return redis.error_reply('LEASE_LOST the lease of runner ' .. request.runner .. ' ran out')
end
advance_clock(request.lease)
call('ZADD', 'runners', whole(math.floor(steady / 1000) + request.lease), request.runner)
bulk('HSET', 'runner:' .. request.runner, request.fields)
-- At most as many as the runner holds jobs.
return cmsgpack.pack({ cancels = call('SMEMBERS', 'cancel:' .. request.runner) })
