-- One command for many values. Lua passes at most 7,999 values to one call, so longer lists are split.

--@include base

local CHUNK = 7000

local function bulk(command, name, values)
  local n = #values
  for from = 1, n, CHUNK do
    call(command, name, unpack(values, from, math.min(from + CHUNK - 1, n)))
  end
end

local function gather(command, name, values)
  local n = #values
  if n == 0 then
    return {}
  end
  if n <= CHUNK then
    return call(command, name, unpack(values))
  end
  local all = {}
  for from = 1, n, CHUNK do
    for _, value in ipairs(call(command, name, unpack(values, from, math.min(from + CHUNK - 1, n)))) do
      all[#all + 1] = value
    end
  end
  return all
end

-- The values at these positions; all of them if there are none given.
local function pick(list, positions)
  if not positions then
    return list
  end
  local picked = {}
  for n, i in ipairs(positions) do
    picked[n] = list[i]
  end
  return picked
end

-- Values two by two: {a, 1, b, 2} from {a, b} and {1, 2}.
local function pairwise(first, second)
  local flat = {}
  for i = 1, #first do
    flat[2 * i - 1] = first[i]
    flat[2 * i] = second[i]
  end
  return flat
end

local function pairwise_constant(constant, values)
  local flat = {}
  for i = 1, #values do
    flat[2 * i - 1] = constant
    flat[2 * i] = values[i]
  end
  return flat
end
