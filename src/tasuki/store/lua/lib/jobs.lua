-- What a job is called, and reading it. A record starts with the line `created expires priority type`.

--@include base

local function id_of(number)
  local digits = whole(number)
  return string.char(64 + #digits) .. digits
end

-- Returns created, expires, priority, type; nothing when there is no record that can be read.
local function header(record)
  if record then
    return string.match(record, '^(%d+) (%d+) (%S+) ([^\n]+)')
  end
end

-- Ids by type, from their records: {type = {ids = ..., priorities = ..., expires = ...}} and the
-- types in the order in which they came up. Ids without a record that can be read are left out.
local function by_type(ids, records)
  local groups, order = {}, {}
  for i = 1, #ids do
    local _, expires, priority, type = header(records[i])
    if type then
      local group = groups[type]
      if not group then
        group = { ids = {}, priorities = {}, expires = {} }
        groups[type] = group
        order[#order + 1] = type
      end
      local n = #group.ids + 1
      group.ids[n] = ids[i]
      group.priorities[n] = priority
      group.expires[n] = expires
    end
  end
  return groups, order
end

-- Attempts made, crashes, the last error as JSON, and how often its runner vanished since.
local function read_tries(text)
  if not text then
    return 0, 0, '', 0
  end
  local made, crashes, losses, rest = string.match(text, '^(%d+) (%d+) ?(%d*)\n(.*)$')
  return tonumber(made), tonumber(crashes), rest, tonumber(losses) or 0
end

local function write_tries(made, crashes, rest, losses)
  local head = string.format(losses > 0 and '%d %d %d' or '%d %d', made, crashes, losses)
  return head .. '\n' .. rest
end
