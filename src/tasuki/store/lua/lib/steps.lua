-- Much work is done a little in each call, since the store answers nobody else meanwhile. How much that is
-- hangs on the time it takes: at least one step, and others while little time has passed since the first look.
--
-- In newer stores `TIME` stands still during a call, but `os.clock` goes on: the processor time of the
-- store, which does not pass while it waits for the processor. In older ones it is the other way round.

--@include base

local STEP = 10
local ENOUGH_SECONDS = 0.0015

local began

local function seconds()
  local clock = rawget(_G, 'os')
  if clock then
    return clock.clock()
  end
  local now = redis.call('TIME')
  return now[1] + now[2] / 1000000
end

beginnings[#beginnings + 1] = function()
  began = nil
end

local function time_is_up()
  local now = seconds()
  began = began or now
  return now - began >= ENOUGH_SECONDS
end

-- How many jobs may be dealt with at once, where that cannot be parted further.
local function allowed(limit)
  return time_is_up() and math.min(STEP, limit) or limit
end

-- work  does up to so many, and returns how many it did; and whether there is more, if that is not the
--       same as having done all that it might
-- Returns how many were done, at most `limit`, and whether there is more.
local function in_steps(limit, work)
  local total = 0
  while true do
    local step = math.min(STEP, limit - total)
    local done, more = work(step)
    total = total + done
    if more == nil then
      more = done >= step
    end
    if not more or done == 0 or total >= limit or time_is_up() then
      return total, more
    end
  end
end
