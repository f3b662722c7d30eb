#!lua flags=allow-oom,no-writes
-- examine: looks through a part of one key for what should not be.
--
-- kind     what is in it: 'jobs', 'members' of a sorted set, 'side' data by job, ids that a runner is
--          'told' to stop; or 'logs', when `ids` are given instead
-- name     of the key
-- cursor   of the scan, '0' to begin
-- count    about how many entries are looked at
-- ids      of the logs
-- leases   runners that have a lease and are not registered
--
-- Returns {cursor, seen, largest = the largest id, troubles = {{what, id, place}, ...}}: what is a
--          word of findings.py, and the place is the key where the id should not be
-- Errors: LAYOUT

--@include standing

local name = request.name
local troubles = {}

local function trouble(what, id, place)
  troubles[#troubles + 1] = { what, id, place or '' }
end

-- The ids of this part, and what the scan gives beside them.
local function scan(command)
  local reply = call(command, name, request.cursor, 'COUNT', request.count)
  local step = command == 'SSCAN' and 1 or 2
  local ids, values = {}, {}
  for i = 1, #reply[2], step do
    ids[#ids + 1] = reply[2][i]
    values[#values + 1] = reply[2][i + 1] or false
  end
  return reply[1], ids, values
end

-- Whether a job with this end and of this type stands where it should.
local function ended(id, text, type)
  local state = state_of_end(text)
  return state and type and (call('ZSCORE', 'done:' .. state .. ':' .. type, id)
    or call('ZSCORE', 'kept:' .. state .. ':' .. type, id)) ~= false
end

local function judge_jobs(ids, records)
  local leases = holders()
  for _, runner in ipairs(request.leases) do
    leases[#leases + 1] = runner
  end
  local places = standing(ids, records, leases)
  local ends = gather('HMGET', 'ends', ids)
  local expiring, own = gather('ZMSCORE', 'expires', ids), gather('ZMSCORE', 'keeps', ids)
  local _, types = by_type(ids, records)
  for i, known in ipairs(gather('HMGET', 'types', types)) do
    if not known then
      trouble('unknown_type', '', types[i])
    end
  end
  for i, id in ipairs(ids) do
    local _, expires, _, type = header(records[i])
    local place = places[id][1]
    local done = place and finished_place(place)
    local live = place and not done
    if not type then
      trouble('unreadable', id)
    elseif not place then
      trouble('nowhere', id)
    elseif #places[id] > 1 then
      trouble('twice', id)
    elseif done and not ends[i] then
      trouble('no_end', id)
    elseif done and (state_of_end(ends[i]) ~= done or not own[i] ~= not string.match(place, '^kept:')) then
      trouble('misplaced', id, place)
    elseif live and ends[i] then
      trouble('stray_end', id)
    elseif live and not string.match(place, '^lease:') and expires ~= '0' and not expiring[i] then
      trouble('no_expiry', id)
    end
  end
end

local function judge_members(ids)
  local type = string.match(name, '^wait:(.*)$') or string.match(name, '^apart:(.*)$')
    or string.match(name, '^done:%a+:(.*)$') or string.match(name, '^kept:%a+:(.*)$')
  local runner = string.match(name, '^lease:(.*)$')
  local stranger = runner and not call('ZSCORE', 'runners', runner)
  local ends = gather('HMGET', 'ends', ids)
  for i, record in ipairs(gather('HMGET', 'jobs', ids)) do
    local _, _, _, own = header(record)
    if not record then
      trouble((name == 'expires' or name == 'keeps') and 'orphan' or 'no_record', ids[i], name)
    elseif not own then
      trouble('unreadable', ids[i], name)
    elseif name == 'expires' and ended(ids[i], ends[i], own) or name == 'keeps' and not ends[i] then
      trouble('orphan', ids[i], name)
    elseif type and own ~= type then
      trouble('misplaced', ids[i], name)
    elseif stranger then
      trouble('unknown_runner', ids[i], name)
    end
  end
end

local function judge_side(ids)
  local ends = gather('HMGET', 'ends', ids)
  for i, record in ipairs(gather('HMGET', 'jobs', ids)) do
    local _, _, _, type = header(record)
    if not record or (name == 'tries' and ended(ids[i], ends[i], type)) then
      trouble('orphan', ids[i], name)
    end
  end
end

local function judge_logs(ids)
  local records, lines = gather('HMGET', 'jobs', ids), gather('HMGET', 'logged', ids)
  for i, id in ipairs(ids) do
    if not records[i] or not lines[i] then
      trouble('orphan', id, 'logged')
    end
  end
end

local function judge_told(ids)
  local runner = string.match(name, '^cancel:(.*)$')
  for i, score in ipairs(gather('ZMSCORE', 'lease:' .. runner, ids)) do
    if not score then
      trouble('orphan', ids[i], name)
    end
  end
end

local cursor, ids, values, largest = '0', request.ids, {}, 0
if request.kind == 'jobs' then
  cursor, ids, values = scan('HSCAN')
  judge_jobs(ids, values)
  for _, id in ipairs(ids) do
    largest = math.max(largest, tonumber(string.match(id, '^%a(%d+)$')) or 0)
  end
elseif request.kind == 'members' then
  cursor, ids = scan('ZSCAN')
  judge_members(ids)
elseif request.kind == 'side' then
  cursor, ids = scan('HSCAN')
  judge_side(ids)
elseif request.kind == 'told' then
  cursor, ids = scan('SSCAN')
  judge_told(ids)
else
  judge_logs(ids)
end
return cmsgpack.pack({
  cursor = cursor,
  seen = #ids,
  largest = string.format('%.0f', largest),
  troubles = troubles,
})
