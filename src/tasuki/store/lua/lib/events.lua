-- What happened, for people and for those who wait: one stream entry per script call, its fields
-- `WHAT:TYPE` -> ids. And the counters, in total and per minute.

local EVENTS_KEPT = 5000
local MINUTES_KEPT_SECONDS = 48 * 3600

local events = {}
local minute = 'minute:' .. math.floor(wall / 60000)

local function emit(what, type, ids)
  if #ids > 0 and #events < 7000 then
    events[#events + 1] = what .. ':' .. type
    events[#events + 1] = table.concat(ids, ' ')
  end
end

local function publish()
  if #events > 0 then
    call('XADD', 'events', 'MAXLEN', '~', EVENTS_KEPT, '*', unpack(events))
  end
end

local function measure(what, type, n)
  if call('HINCRBY', minute, what .. ':' .. type, n) == n then
    call('EXPIRE', minute, MINUTES_KEPT_SECONDS)
  end
end

-- Returns how many there were since the beginning.
local function count(what, type, n)
  if n > 0 then
    measure(what, type, n)
    return call('HINCRBY', 'stats', what .. ':' .. type, n)
  end
end
