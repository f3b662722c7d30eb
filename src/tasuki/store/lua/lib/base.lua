-- The start of every script: the key names, the request, and the layout check.
--
-- keys[1]  what every key of the partition starts with; the scripts add the rest (see keys.py)
-- args[1]  the request, as msgpack: a map, whose fields each script lists in its header, or a list of
--          them in that order, which is read in a third of the time
-- Every reply is msgpack too. Ids, scores and stamps are text; payloads are never looked into.

local base

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

-- Returns the error to answer with when the namespace is of a version that is not understood.
local function settle_layout(needed, writes)
  local found = call('GET', 'layout')
  if found == needed then
    return
  end
  if found == OLDER_LAYOUT then
    if writes then
      call('HSET', 'clock', 'upgrade', 'jobs 0 10')
      call('SET', 'layout', needed)
    end
  elseif found or call('EXISTS', 'jobs') == 1 then
    return redis.error_reply('LAYOUT the namespace has layout ' .. tostring(found)
      .. ', this version of Tasuki needs layout ' .. tostring(needed))
  elseif writes then
    call('SET', 'layout', needed)
  end
end

-- A store makes the parts of a script once, and calls it many times. What a part keeps for the length
-- of a call it makes anew here, by a function that it adds.
local beginnings = {}

local function serve(verb, keys, args)
  base = keys[1]
  local request = cmsgpack.unpack(args[1])
  local needed, writes = request.layout, request.writes
  if not needed then
    needed, writes = unpack(request)
  end
  local refusal = settle_layout(needed, writes)
  if refusal then
    return refusal
  end
  for i = 1, #beginnings do
    beginnings[i]()
  end
  return verb(request)
end
