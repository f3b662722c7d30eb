-- What happened, for people and for those who wait: one stream entry per script call, its fields
-- `WHAT:TYPE` -> ids. And the counters, in total and per minute.

--@include clock

-- Upkeep makes the stream shorter than this, by time and by bytes (lib/stream).
local EVENTS_KEPT = 50000
local ENTRY_FIELDS = 7000
local ENTRY_BYTES = 65536

local MINUTES_KEPT_SECONDS = 130 * 60
-- Some for each of 1,000 types. What goes beyond is counted without its type.
local MINUTE_FIELDS = 6000

local events, entry_bytes, minute

beginnings[#beginnings + 1] = function()
  events, entry_bytes = {}, 0
  minute = 'minute:' .. math.floor(wall / 60000)
end

-- An entry that grows too large says what happened to jobs of which type, and no more to which.
local function emit(what, type, ids)
  if #ids == 0 or #events >= ENTRY_FIELDS then
    return
  end
  local text = table.concat(ids, ' ')
  if entry_bytes + #text > ENTRY_BYTES then
    text = '-'
  end
  entry_bytes = entry_bytes + #type + #text
  events[#events + 1] = what .. ':' .. type
  events[#events + 1] = text
end

local function publish()
  if #events > 0 then
    call('XADD', 'events', 'MAXLEN', '~', EVENTS_KEPT, '*', unpack(events))
  end
end

-- Adds to a counter of a minute or ten. A new one beyond the bound is taken back, and added to that of
-- no type.
local function add_bounded(name, what, type, n)
  local field = what .. ':' .. type
  if call('HINCRBY', name, field, n) ~= n then
    return
  end
  local fields = call('HLEN', name)
  if fields == 1 then
    call('EXPIRE', name, MINUTES_KEPT_SECONDS)
  elseif fields > MINUTE_FIELDS and type ~= '' then
    call('HDEL', name, field)
    call('HINCRBY', name, what .. ':', n)
  end
end

local function measure(what, type, n)
  add_bounded(minute, what, type, n)
end

-- Returns how many there were since the beginning.
local function count(what, type, n)
  if n > 0 then
    measure(what, type, n)
    return call('HINCRBY', 'stats', what .. ':' .. type, n)
  end
end
