-- Time, always the server's.
--
-- `wall` (ms) is the time of day; jobs become due and are pruned by it.
-- `steady` (µs) never goes back, and no two calls get the same: leases end by it, and it stamps each
-- claim, which fences the attempt. When the time of day is set back, `offset` keeps it going on.
-- When no script ran for half a lease (the store was down or frozen, or the clock was set forward),
-- every lease looks as if it had run out. So that live runners can renew first, nothing is reaped
-- before `grace` (steady ms).

--@include base

local wall_us, wall, steady, grace

beginnings[#beginnings + 1] = function()
  local now = redis.call('TIME')
  wall_us = now[1] * 1000000 + now[2]
  wall = math.floor(wall_us / 1000)
end

local function advance_clock(lease_ms)
  local saved = call('HMGET', 'clock', 'last', 'offset', 'grace')
  local last = tonumber(saved[1]) or 0
  local offset = tonumber(saved[2]) or 0
  grace = tonumber(saved[3]) or 0
  steady = wall_us + offset
  if steady < last - 1000000 then
    offset = last + 1 - wall_us
    steady = last + 1
    call('HSET', 'clock', 'offset', whole(offset))
  elseif steady <= last then
    steady = last + 1
  elseif last > 0 and steady - last > lease_ms * 500 then
    grace = math.floor(steady / 1000) + lease_ms
    call('HSET', 'clock', 'grace', whole(grace))
  end
  call('HSET', 'clock', 'last', whole(steady))
end
