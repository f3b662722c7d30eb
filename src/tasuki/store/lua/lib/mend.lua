-- Puts one job where it belongs, and takes it away from everywhere else.

--@include restore
--@include standing

-- What is said of an end that is lost; in other states nothing has to be.
local END_WORDS = {
  completed = 'null',
  failed = '{"type":"Lost","message":"how it ended is not known any more"}',
}

-- Takes an id out of a key, whatever kind of key it is. Returns whether it was there.
local function take_out(name, id)
  local kind = call('TYPE', name).ok
  local command = ({ zset = 'ZREM', hash = 'HDEL', set = 'SREM' })[kind]
  local runner = string.match(name, '^lease:(.*)$')
  if runner then
    call('SREM', 'cancel:' .. runner, id)
  end
  return command ~= nil and call(command, name, id) == 1
end

-- Where a job belongs that stands in `places` and has this end. A job that has ended stays so, and
-- with those of its `own` time if it has one; one that is held stays with its holder; otherwise it is
-- the place from which it runs the soonest.
local function right_place(places, finish_state, type, own)
  local done, live
  for _, place in ipairs(places) do
    if finished_place(place) then
      done = finished_place(place)
    elseif not live or string.match(place, '^wait:') and live == 'due' then
      live = place
    end
  end
  if done and (finish_state or not live) or finish_state and not live then
    return (own and 'kept:' or 'done:') .. (finish_state or done) .. ':' .. type
  end
  return live
end

-- Leaves no trace of a job without a record that can be read.
local function drop_stray(id, name)
  local there = name ~= '' and take_out(name, id)
  local places = {
    'due', 'jobs', 'data', 'ends', 'results', 'tries', 'progress', 'before', 'expires', 'keeps',
    'logged',
  }
  for _, runner in ipairs(holders()) do
    places[#places + 1] = 'lease:' .. runner
  end
  for _, place in ipairs(places) do
    there = take_out(place, id) or there
  end
  return call('DEL', 'log:' .. id) == 1 or there
end

-- A job that has ended has an end, and neither tries nor a time to expire at.
local function complete_end(id, place, keep)
  local state, stands = finished_place(place), call('ZSCORE', place, id)
  local text = call('HGET', 'ends', id)
  local changed = false
  if not text then
    local at = math.max(0, math.min(tonumber(stands or wall), wall))
    text = string.format('%s %s - 0 0 0 unknown\n%s', state, whole(at), END_WORDS[state] or '')
    call('HSET', 'ends', id, text)
    changed = true
  end
  if not stands then
    local finished = tonumber(string.match(text, '^%S+ (%d+)')) or wall
    local prefix, member = string.match(place, '^(%a+:)(.*)$')
    call('ZADD', place, whole(finished), id)
    call('ZADD', 'ripe', 'LT', prefix == 'kept:' and '+inf' or whole(finished + keep[state].age), member)
    changed = true
  end
  changed = call('HDEL', 'tries', id) == 1 or changed
  return call('ZREM', 'expires', id) == 1 or changed
end

-- A job that has not ended has no end and no time to go at, and expires when its record says so.
local function complete_live(id, place, expires)
  local changed = call('HDEL', 'ends', id) == 1
  changed = call('ZREM', 'keeps', id) == 1 or changed
  local held = string.match(place, '^lease:')
  if not held and expires ~= '0' and not call('ZSCORE', 'expires', id) then
    bulk('ZADD', 'expires', { expires, id })
    changed = true
  end
  return changed
end

-- What belongs to the job and yet not to where it is found: `name` as in the script.
local function drop_extra(id, name)
  local runner = string.match(name, '^cancel:(.*)$')
  if runner and not call('ZSCORE', 'lease:' .. runner, id) then
    return take_out(name, id)
  end
  if name == 'logged' then
    local lines = call('LLEN', 'log:' .. id)
    if lines > 0 and not call('HGET', 'logged', id) then
      bulk('HSET', 'logged', { id, lines })
      return true
    end
  end
  return false
end

-- name  where the job was found wrongly, or ''
-- keep  see lib/finish
-- Returns whether anything was wrong.
local function mend(id, name, keep)
  local record = call('HGET', 'jobs', id)
  local _, expires, _, type = header(record)
  if not type then
    return drop_stray(id, name)
  end
  local places = standing({ id }, { record }, holders())[id]
  local own = call('ZSCORE', 'keeps', id)
  local right = right_place(places, state_of_end(call('HGET', 'ends', id)), type, own)
  local changed = drop_extra(id, name)
  for _, place in ipairs(places) do
    if place ~= right then
      changed = take_out(place, id) or changed
    end
  end
  local stray = string.match(name, '^wait:') or string.match(name, '^apart:') or finished_place(name)
  local unheld = string.match(name, '^lease:') and not call('ZSCORE', 'runners', string.sub(name, 7))
  if (stray and name ~= right) or unheld then
    changed = take_out(name, id) or changed
  end
  if not right then
    restore({ id })
    return true
  end
  if finished_place(right) then
    return complete_end(id, right, keep) or changed
  end
  return complete_live(id, right, expires) or changed
end
