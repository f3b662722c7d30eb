#!lua flags=allow-oom,no-writes
-- runners: who holds a lease.
--
-- Returns {{runner, ms left of the lease, jobs held, {field, value, ...}}, ...}
-- Errors: LAYOUT

--@include clock

local offset = tonumber(call('HGET', 'clock', 'offset')) or 0
local steady_ms = math.floor((wall_us + offset) / 1000)
-- As many as there are processes.
local flat = call('ZRANGE', 'runners', 0, -1, 'WITHSCORES')
local rows = {}
for i = 1, #flat / 2 do
  local runner = flat[2 * i - 1]
  rows[i] = {
    runner,
    math.max(0, tonumber(flat[2 * i]) - steady_ms),
    call('ZCARD', 'lease:' .. runner),
    -- What it says of itself, a dozen fields.
    call('HGETALL', 'runner:' .. runner),
  }
end
return cmsgpack.pack(rows)
