-- Puts jobs where they wait. The caller has taken them out of where they were.

--@include bell
--@include bulk
--@include events
--@include jobs

-- A job that waits again may expire again.
local function expire_later(group)
  local entries = {}
  for i = 1, #group.ids do
    if group.expires[i] ~= '0' then
      entries[#entries + 1] = group.expires[i]
      entries[#entries + 1] = group.ids[i]
    end
  end
  bulk('ZADD', 'expires', entries)
end

local function put(ids, place, scores_of)
  local groups, order = by_type(ids, gather('HMGET', 'jobs', ids))
  for _, type in ipairs(order) do
    local group = groups[type]
    bulk('ZADD', place .. type, pairwise(scores_of(group), group.ids))
    expire_later(group)
    emit('waiting', type, group.ids)
    ring(type)
  end
  return groups, order
end

-- At their old places: the score is the priority, and equal priorities stand in order of id.
local function restore(ids)
  if #ids == 0 then
    return
  end
  return put(ids, 'wait:', function(group)
    return group.priorities
  end)
end

-- Apart from all others, because they are suspected of having ended their process. Those that have
-- crashed the least come first, so that the many that did nothing do not wait for the one that did.
local function set_apart(ids)
  if #ids == 0 then
    return
  end
  local _, order = put(ids, 'apart:', function(group)
    local scores = {}
    for i, text in ipairs(gather('HMGET', 'tries', group.ids)) do
      local _, crashes = read_tries(text)
      scores[i] = crashes
    end
    return scores
  end)
  bulk('SADD', 'suspects', order)
end
