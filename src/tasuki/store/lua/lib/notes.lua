-- Progress and log lines of active jobs. Notes on jobs that the runner does not hold are dropped.

--@include bulk
--@include events
--@include jobs

-- ids, stamps  the jobs, fenced like a settle
-- progress     {position = JSON}
-- lines        {position = {line, ...}}
-- most         how many lines a job keeps, if any
local function write_notes(runner, notes, most)
  if #notes.ids == 0 then
    return
  end
  local scores = gather('ZMSCORE', 'lease:' .. runner, notes.ids)
  local values, noted = {}, {}
  for i, id in ipairs(notes.ids) do
    if scores[i] == notes.stamps[i] then
      noted[#noted + 1] = id
      if notes.progress[i] then
        values[#values + 1] = id
        values[#values + 1] = notes.progress[i]
      end
      if notes.lines[i] and most > 0 then
        bulk('RPUSH', 'log:' .. id, notes.lines[i])
        call('LTRIM', 'log:' .. id, -most, -1)
        call('HINCRBY', 'logged', id, #notes.lines[i])
      end
    end
  end
  bulk('HSET', 'progress', values)
  local groups, order = by_type(noted, gather('HMGET', 'jobs', noted))
  for _, type in ipairs(order) do
    emit('progress', type, groups[type].ids)
  end
end
