-- active -> waiting, failed or cancelled: takes back the jobs of a runner that is gone.

-- Nothing of the runner may be left behind when its last job is taken back.
local function forget_runner(runner)
  call('ZREM', 'runners', runner)
  for _, name in ipairs({ 'runner:', 'lease:', 'cancel:', 'ring:' }) do
    call('DEL', name .. runner)
  end
end

-- error        the error of a job that is failed, as JSON
-- max_crashes  how many crashes fail a job
-- limit        how many jobs are taken back at once
-- keep         {failed_age, failed_most, cancelled_age, cancelled_most}
-- Returns how many jobs were put back, failed and cancelled, and whether that was all.
local function reap(runner, error, max_crashes, limit, keep)
  -- From here on the runner can neither renew its lease nor exchange.
  call('ZADD', 'runners', 0, runner)
  local entries = call('ZRANGE', 'lease:' .. runner, 0, limit - 1, 'WITHSCORES')
  local ids, stamps = {}, {}
  for i = 1, #entries / 2 do
    ids[i], stamps[i] = entries[2 * i - 1], entries[2 * i]
  end
  local records, tries = gather('HMGET', 'jobs', ids), gather('HMGET', 'tries', ids)
  local told = gather('SMISMEMBER', 'cancel:' .. runner, ids)
  local back, noted, ended = {}, {}, { failed = {}, cancelled = {} }
  for i, id in ipairs(ids) do
    local _, _, _, type = header(records[i])
    if type then
      local made, crashes, last_error = read_tries(tries[i])
      crashes = crashes + 1
      local started = string.sub(stamps[i], 1, -4)
      local state = told[i] == 1 and 'cancelled' or (crashes >= max_crashes and 'failed')
      call('HINCRBY', 'counts', 'active:' .. type, -1)
      count('crashed', type, 1)
      if state then
        local group = ended[state][type] or { ids = {}, bodies = {} }
        ended[state][type] = group
        local reason = state == 'failed' and 'crashed' or 'cancelled'
        local body = state == 'failed' and error or ''
        group.ids[#group.ids + 1] = id
        group.bodies[#group.bodies + 1] = string.format('%s %d %d %s\n%s', started, made, crashes, reason, body)
      else
        back[#back + 1] = id
        noted[#noted + 1] = id
        noted[#noted + 1] = string.format('%d %d\n%s', made, crashes, last_error)
      end
    end
  end
  bulk('ZREM', 'lease:' .. runner, ids)
  bulk('HSET', 'tries', noted)
  restore(back)
  local totals = { failed = 0, cancelled = 0 }
  for state, groups in pairs(ended) do
    for type, group in pairs(groups) do
      finish(state, type, group.ids, group.bodies, runner, keep[state .. '_age'], keep[state .. '_most'])
      totals[state] = totals[state] + #group.ids
    end
  end
  local done = #ids < limit
  if done then
    forget_runner(runner)
  end
  return #back, totals.failed, totals.cancelled, done
end
