-- What layout 1 has otherwise is brought into the form of layout 2, a few jobs in each call. Both forms
-- can be read, so nothing waits for it: data and results that are large move out of records and ends, and
-- finished jobs, which stood in the order in which they go, are put in that of their ends.

--@include bulk
--@include jobs
--@include steps

local INLINE_BYTES = 4096
local PREVIEW_CHARACTERS = 200
local FEWEST, MOST = 10, 200
local STEP_BYTES = 262144
-- What follows one after the other: where the texts are, where large ones go, and which of them do.
local MOVES = {
  jobs = { to = 'data', pattern = '^([^\n]*\n[^\n]*\n)(.*)$', next = 'ends' },
  ends = { to = 'results', pattern = '^(completed [^\n]*\n)(.*)$' },
}

-- The first characters of a text in UTF-8, each of which begins with a byte that is no continuation.
local function preview(text)
  local at, characters = 1, 0
  while at <= #text do
    local byte = string.byte(text, at)
    if byte < 128 or byte > 191 then
      characters = characters + 1
      if characters > PREVIEW_CHARACTERS then
        break
      end
    end
    at = at + 1
  end
  return string.sub(text, 1, at - 1)
end

-- One that would go at another time than the rule says, by its score, has a time of its own. The score
-- of those that have ended since then is the end itself.
local function sort_by_end(set, ids, finished, age)
  local plain, kept, keeps, left = {}, {}, {}, {}
  for i, score in ipairs(gather('ZMSCORE', 'done:' .. set, ids)) do
    local id, at = ids[i], tonumber(finished[ids[i]])
    local own = score and tonumber(score) ~= at + age
    if score and tonumber(score) ~= at then
      local entries = own and kept or plain
      entries[#entries + 1] = finished[id]
      entries[#entries + 1] = id
      if own then
        keeps[#keeps + 1] = score
        keeps[#keeps + 1] = id
        left[#left + 1] = id
      end
      call('ZADD', 'ripe', 'LT', own and '+inf' or whole(at + age), set)
    end
  end
  bulk('ZADD', 'done:' .. set, plain)
  bulk('ZREM', 'done:' .. set, left)
  bulk('ZADD', 'kept:' .. set, kept)
  bulk('ZADD', 'keeps', keeps)
end

-- ends  some of the hash `ends`: {id, text, ...}
local function sort_ended(ends, keep)
  local by_state, finished = {}, {}
  for i = 1, #ends, 2 do
    local state, at = string.match(ends[i + 1], '^(%a+) (%d+) ')
    if keep[state] then
      by_state[state] = by_state[state] or {}
      table.insert(by_state[state], ends[i])
      finished[ends[i]] = at
    end
  end
  for state, ids in pairs(by_state) do
    local groups, order = by_type(ids, gather('HMGET', 'jobs', ids))
    for _, type in ipairs(order) do
      sort_by_end(state .. ':' .. type, groups[type].ids, finished, keep[state].age)
    end
  end
end

-- keep  see lib/finish
-- Returns whether there is more to do.
local function upgrade(keep)
  local state = call('HGET', 'clock', 'upgrade')
  local name, cursor, size = string.match(state or '', '^(%a+) (%d+) (%d+)$')
  local move = MOVES[name]
  if not move then
    return false
  end
  local reply = call('HSCAN', name, cursor, 'COUNT', size)
  local changed, moved, bytes = {}, {}, 0
  for i = 1, #reply[2], 2 do
    local id, text = reply[2][i], reply[2][i + 1]
    bytes = bytes + #text
    local head, body = string.match(text, move.pattern)
    if head and #body > INLINE_BYTES and string.sub(body, 1, 1) ~= '@' then
      moved[#moved + 1] = id
      moved[#moved + 1] = body
      changed[#changed + 1] = id
      changed[#changed + 1] = head .. '@' .. whole(#body) .. ' ' .. preview(body)
    end
  end
  if name == 'ends' then
    sort_ended(reply[2], keep)
  end
  bulk('HSET', move.to, moved)
  bulk('HSET', name, changed)
  -- Who has large jobs goes in small steps.
  size = (bytes > STEP_BYTES or time_is_up()) and FEWEST or math.min(MOST, 2 * size)
  if reply[1] ~= '0' then
    call('HSET', 'clock', 'upgrade', name .. ' ' .. reply[1] .. ' ' .. whole(size))
    return true
  elseif move.next then
    call('HSET', 'clock', 'upgrade', move.next .. ' 0 ' .. whole(FEWEST))
    return true
  end
  call('HDEL', 'clock', 'upgrade')
  return false
end
