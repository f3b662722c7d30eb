-- Keys that few namespaces have, or only now and then. A call that needs to know of some looks for all
-- of them at once, and asks for each only when there is one. What it writes itself, it notes.

--@include base

local RARE = {
  'paused', 'suspects', 'tries', 'expires', 'data', 'results', 'keeps', 'progress', 'before', 'logged',
  'weights',
}

local known

beginnings[#beginnings + 1] = function()
  known = {}
end

-- Looks for all, and for `other` besides.
local function look_for_rare(other)
  local names = { key(other) }
  for i = 1, #RARE do
    names[i + 1] = base .. RARE[i]
  end
  if redis.call('EXISTS', unpack(names)) == 0 then
    known[other] = false
    for i = 1, #RARE do
      known[RARE[i]] = false
    end
  end
end

local function exists(name)
  local is = known[name]
  if is == nil then
    is = call('EXISTS', name) == 1
    known[name] = is
  end
  return is
end

local function written(name)
  if known[name] == false then
    known[name] = true
  end
end
