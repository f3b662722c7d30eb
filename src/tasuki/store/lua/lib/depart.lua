-- Takes jobs out of where they stand: a command for each set and each type, not for each job.

--@include finish
--@include jobs

-- found      what `locate` says of `ids`
-- positions  those of the jobs that leave
-- Returns the positions by type, {type = {position, ...}}, and the types in the order in which they
-- came up.
local function depart(ids, found, positions)
  local sets, names = {}, {}
  local groups, order, scheduled = {}, {}, {}
  for _, i in ipairs(positions) do
    local place = found.places[i]
    local _, _, _, type = header(found.records[i])
    if not sets[place] then
      sets[place] = {}
      names[#names + 1] = place
    end
    table.insert(sets[place], ids[i])
    if not groups[type] then
      groups[type] = {}
      order[#order + 1] = type
    end
    table.insert(groups[type], i)
    if place == 'due' then
      scheduled[type] = (scheduled[type] or 0) + 1
    end
  end
  for _, place in ipairs(names) do
    bulk('ZREM', place, sets[place])
    if string.match(place, '^kept:') then
      bulk('ZREM', 'keeps', sets[place])
    end
  end
  for type, n in pairs(scheduled) do
    call('HINCRBY', 'counts', 'scheduled:' .. type, -n)
  end
  return groups, order
end

-- Ends jobs as cancelled that do not run. `reason` and `message` say why.
local function cancel_unrun(ids, found, positions, reason, message, keep)
  local groups, order = depart(ids, found, positions)
  local tries = gather('HMGET', 'tries', ids)
  for _, type in ipairs(order) do
    local ended, bodies = {}, {}
    for n, i in ipairs(groups[type]) do
      local made, crashes = read_tries(tries[i])
      ended[n] = ids[i]
      bodies[n] = string.format('0 %d %d %s\n%s', made, crashes, reason, message)
    end
    finish('cancelled', type, ended, bodies, '-', keep)
  end
end
