-- The start of every script: the key names, the request, and the layout check.
--
-- KEYS[1]  what every key of the partition starts with; the scripts add the rest (see keys.py)
-- ARGV[1]  the request, as msgpack: a map, whose fields each script lists in its header
-- Every reply is msgpack too. Ids, scores and stamps are text; payloads are never looked into.

local base = KEYS[1]
local request = cmsgpack.unpack(ARGV[1])

local function key(name)
  return base .. name
end

local function call(command, name, ...)
  return redis.call(command, base .. name, ...)
end

local function whole(number)
  return string.format('%d', number)
end

-- The layout before this one is understood as well. The first write makes it this one, so that a
-- version that knows only the old one is refused from then on; the rest is done by ticks.
local OLDER_LAYOUT = '1'

local found_layout = call('GET', 'layout')
if found_layout ~= request.layout then
  if found_layout == OLDER_LAYOUT then
    if request.writes then
      call('HSET', 'clock', 'upgrade', 'jobs 0 10')
      call('SET', 'layout', request.layout)
    end
  elseif found_layout or call('EXISTS', 'jobs') == 1 then
    return redis.error_reply('LAYOUT the namespace has layout ' .. tostring(found_layout)
      .. ', this version of Tasuki needs layout ' .. tostring(request.layout))
  elseif request.writes then
    call('SET', 'layout', request.layout)
  end
end
