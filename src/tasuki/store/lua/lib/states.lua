-- Lists of states, for what holds for each of them. A test holds them against `model/state.py`.

--@include base

-- Those in which a job has ended: it stands in `done:STATE:TYPE` or in `kept:STATE:TYPE`.
local FINISHED = { 'failed', 'completed', 'cancelled' }

-- Those whose jobs stand in sets for all types: the hash `counts` says how many a type has.
local COUNTED = { 'scheduled', 'active' }

-- Fields of hashes by word and type: all words of the first type, then those of the next.
local function fields_of(words, types)
  local fields = {}
  for _, type in ipairs(types) do
    for _, word in ipairs(words) do
      fields[#fields + 1] = word .. ':' .. type
    end
  end
  return fields
end

-- How many finished jobs a type has, from its `STATE:TYPE`.
local function ended_in(set)
  return call('ZCARD', 'done:' .. set) + call('ZCARD', 'kept:' .. set)
end
