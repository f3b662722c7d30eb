-- Minutes are kept for two hours, and for two days as sums of ten.

--@include bulk
--@include events

local TENS_KEPT_SECONDS = 49 * 3600
local MINUTES_BACK = 2880
-- A minute is over for good when another one is: the time of day may be set back a little.
local SETTLED = 2
-- How many fields one call adds up, and how many minutes without any it passes over.
local FOLDED_FIELDS, FOLDED_MINUTES = 2000, 200

-- Which part of a minute a field is in. It hangs on nothing but its name, since the order in which a
-- hash gives its fields may change.
local function part_of(field, parts)
  local sum = 0
  for _, byte in ipairs({ string.byte(field, -8, -1) }) do
    sum = sum + byte
  end
  return sum % parts
end

-- Adds fields of a minute to those of its ten.
local function add_to_ten(name, fields, numbers)
  local known = gather('HMGET', name, fields)
  local room = MINUTE_FIELDS - call('HLEN', name)
  local values, rest = {}, {}
  for i, field in ipairs(fields) do
    if known[i] or room > 0 then
      room = known[i] and room or room - 1
      values[#values + 1] = field
      values[#values + 1] = whole((tonumber(known[i]) or 0) + numbers[i])
    else
      local what = string.match(field, '^[^:]*:')
      rest[what] = (rest[what] or 0) + numbers[i]
    end
  end
  bulk('HSET', name, values)
  for what, n in pairs(rest) do
    call('HINCRBY', name, what, n)
  end
  call('EXPIRE', name, TENS_KEPT_SECONDS)
end

-- Adds what has not been added yet of the first minute that is over. Returns whether there is more.
local function fold()
  local last = math.floor(wall / 60000) - SETTLED
  local saved = call('HMGET', 'clock', 'folded', 'part')
  local at = math.max((tonumber(saved[1]) or last) + 1, last - MINUTES_BACK)
  local part, size = tonumber(saved[2]) or 0, 0
  for _ = 1, FOLDED_MINUTES do
    size = at <= last and call('HLEN', 'minute:' .. at) or 0
    if size > 0 or at > last then
      break
    end
    at, part = at + 1, 0
  end
  local parts = math.ceil(size / FOLDED_FIELDS)
  if part + 1 < parts then
    call('HSET', 'clock', 'folded', at - 1, 'part', part + 1)
  else
    call('HSET', 'clock', 'folded', math.min(at, last), 'part', 0)
  end
  if size > 0 then
    local fields, numbers = {}, {}
    -- As many as `add_bounded` lets in.
    local flat = call('HGETALL', 'minute:' .. at)
    for i = 1, #flat, 2 do
      if part_of(flat[i], parts) == part then
        fields[#fields + 1] = flat[i]
        numbers[#numbers + 1] = tonumber(flat[i + 1]) or 0
      end
    end
    add_to_ten('ten:' .. math.floor(at / 10), fields, numbers)
  end
  return part + 1 < parts or at < last
end
