-- Doorbells: a token wakes one runner that waits for the type. One token is enough, because a claim
-- that leaves work behind rings again.
--
-- Whatever makes a job wait rings. So `live`, the types that may have waiting jobs, is kept here, and
-- costs nothing while a token lies there. A type leaves it, with its token, when nothing of it waits
-- (lib/tidy).

--@include base

local function ring(type)
  if call('EXISTS', 'bell:' .. type) == 0 then
    call('LPUSH', 'bell:' .. type, '1')
    call('SADD', 'live', type)
  end
end

local function ring_runner(runner)
  if call('EXISTS', 'ring:' .. runner) == 0 then
    call('LPUSH', 'ring:' .. runner, '1')
    call('PEXPIRE', 'ring:' .. runner, 60000)
  end
end
