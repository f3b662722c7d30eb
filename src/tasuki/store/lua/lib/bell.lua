-- Doorbells: a token wakes one runner that waits for the type. One token is enough, because a claim
-- that leaves work behind rings again.

local function ring(type)
  if call('EXISTS', 'bell:' .. type) == 0 then
    call('LPUSH', 'bell:' .. type, '1')
  end
end

local function ring_runner(runner)
  if call('EXISTS', 'ring:' .. runner) == 0 then
    call('LPUSH', 'ring:' .. runner, '1')
    call('PEXPIRE', 'ring:' .. runner, 60000)
  end
end
