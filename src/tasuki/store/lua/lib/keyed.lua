-- Submissions with an idempotency key: one whose key is known makes no jobs. A key keeps the fingerprint
-- of its submission, and the ids of its jobs.

--@include base

-- What there is to know of submissions none of which has a key.
local NO_KEYS = { skipped = {}, number = 0, replays = {}, reused = {}, fresh = {} }

-- submissions  {{first, last, key, fingerprint}, ...}: the positions of their jobs, from 1 on
-- Returns {skipped = {position = true} of the jobs that are not made, number = how many these are,
--          replays = {{position of a submission, ids of the earlier one}, ...}, where that one comes in
--          the same call as the submission itself, reused = positions of submissions whose key was used
--          for something else, fresh = {key = submission}}
local function look_up_keys(submissions)
  local keyed = { skipped = {}, number = 0, replays = {}, reused = {}, fresh = {} }
  for _, submission in ipairs(submissions) do
    local from, to, name, fingerprint = unpack(submission)
    local saved, twin = call('GET', 'key:' .. name), keyed.fresh[name]
    local before, ids
    if saved then
      before, ids = string.match(saved, '^(%S*) (.*)$')
    elseif twin then
      before, ids = twin[4], twin
    else
      keyed.fresh[name] = submission
    end
    if ids then
      if before == fingerprint then
        table.insert(keyed.replays, { from, ids })
      else
        table.insert(keyed.reused, from)
      end
      for position = from, to do
        keyed.skipped[position] = true
      end
      keyed.number = keyed.number + to - from + 1
    end
  end
  return keyed
end

-- Writes down the new keys for so many seconds, and fills in the ids of what was just made.
--
-- ids  by position
local function remember_keys(keyed, ids, seconds)
  local function ids_of(submission)
    return table.concat(ids, ' ', submission[1], submission[2])
  end
  for name, submission in pairs(keyed.fresh) do
    call('SET', 'key:' .. name, submission[4] .. ' ' .. ids_of(submission), 'EX', seconds)
  end
  for _, replay in ipairs(keyed.replays) do
    if type(replay[2]) == 'table' then
      replay[2] = ids_of(replay[2])
    end
  end
end
