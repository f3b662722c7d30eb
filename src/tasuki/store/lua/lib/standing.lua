-- Every set in which jobs stand. `locate` stops at the first one; here none is left out, since a job
-- that stands in two is what is looked for.

--@include bulk
--@include jobs
--@include states

-- ids, records  in parallel
-- leases        runners whose leases are looked at
-- Returns {id = {name of a set, ...}}
local function standing(ids, records, leases)
  local places = {}
  for _, id in ipairs(ids) do
    places[id] = {}
  end
  local function look(name, some)
    for i, score in ipairs(gather('ZMSCORE', name, some)) do
      if score then
        table.insert(places[some[i]], name)
      end
    end
  end
  for _, runner in ipairs(leases) do
    look('lease:' .. runner, ids)
  end
  look('due', ids)
  local groups, order = by_type(ids, records)
  for _, type in ipairs(order) do
    look('wait:' .. type, groups[type].ids)
    look('apart:' .. type, groups[type].ids)
    for _, state in ipairs(FINISHED) do
      look('done:' .. state .. ':' .. type, groups[type].ids)
      look('kept:' .. state .. ':' .. type, groups[type].ids)
    end
  end
  return places
end

-- Runners that hold jobs.
local function holders()
  local found = {}
  -- As many as there are processes.
  for _, runner in ipairs(call('ZRANGE', 'runners', 0, -1)) do
    if call('EXISTS', 'lease:' .. runner) == 1 then
      found[#found + 1] = runner
    end
  end
  return found
end

-- The state of the finished jobs that stand in a set; nil when it is not one of those.
local function finished_place(name)
  return string.match(name, '^done:(%a+):') or string.match(name, '^kept:(%a+):')
end

local function state_of_end(text)
  return text and string.match(text, '^%S+')
end
