-- Counts anew what the hash `counts` says.

--@include bulk
--@include jobs

-- Adds to `tally` the ids of a list by type: {STATE:TYPE = how many}.
local function add(tally, state, ids)
  local groups, order = by_type(ids, gather('HMGET', 'jobs', ids))
  for _, type in ipairs(order) do
    local field = state .. ':' .. type
    tally[field] = (tally[field] or 0) + #groups[type].ids
  end
end

local function count_active(tally)
  -- As many as there are processes, and each holds at most as many jobs as it has slots.
  for _, runner in ipairs(call('ZRANGE', 'runners', 0, -1)) do
    -- See above.
    add(tally, 'active', call('ZRANGE', 'lease:' .. runner, 0, -1))
  end
end

-- Those from a rank in `due` on, at most `limit`.
local function count_scheduled(tally, from, limit)
  add(tally, 'scheduled', call('ZRANGE', 'due', from, from + limit - 1))
end

-- Changes whenever a job has moved.
local function last_event()
  local newest = call('XREVRANGE', 'events', '+', '-', 'COUNT', 1)
  return newest[1] and newest[1][1] or ''
end
