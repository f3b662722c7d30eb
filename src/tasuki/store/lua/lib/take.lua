-- Taking jobs out of a waiting set, with what is known of them: {ids, records, tries}. `tries` is empty
-- when none of them was tried before.

--@include bulk
--@include clock

-- How often jobs were run and have crashed, without the last error: '' for those that never were.
-- Nothing at all when no job has been.
local function tries_of(ids)
  local heads = {}
  if call('EXISTS', 'tries') == 1 then
    for i, text in ipairs(gather('HMGET', 'tries', ids)) do
      heads[i] = text and string.match(text, '^[^\n]*\n') or ''
    end
  end
  return heads
end

-- The first `n` of a waiting set.
local function take(set, n)
  local popped = call('ZPOPMIN', set, n)
  local ids = {}
  for i = 1, #popped / 2 do
    ids[i] = popped[2 * i - 1]
  end
  return { ids = ids, records = gather('HMGET', 'jobs', ids), tries = #ids > 0 and tries_of(ids) or {} }
end

local function append(jobs, more, i)
  local n = #jobs.ids + 1
  jobs.ids[n], jobs.records[n] = more.ids[i], more.records[i]
  local tried = more.tries[i] or ''
  if tried ~= '' or #jobs.tries > 0 then
    for k = #jobs.tries + 1, n - 1 do
      jobs.tries[k] = ''
    end
    jobs.tries[n] = tried
  end
end

-- Parts jobs in those that are to run and those that have expired. Ids without a record are left out:
-- the keys were tampered with, and there is nothing to run.
local function sift(taken)
  local run = { ids = {}, records = {}, tries = {} }
  local expired = { ids = {}, records = {}, tries = {} }
  for i = 1, #taken.ids do
    local record = taken.records[i]
    if record then
      local expires = tonumber(string.match(record, '^%d+ (%d+)')) or 0
      append((expires > 0 and expires <= wall) and expired or run, taken, i)
    end
  end
  return run, expired
end

local function complete(records)
  for i = 1, #records do
    if not records[i] then
      return false
    end
  end
  return true
end
