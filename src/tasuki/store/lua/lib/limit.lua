-- How many types there may be: a type that has an id or a date in its name would make them more and
-- more. The number is kept in the store, so that it is the same for all who enqueue.

--@include bulk

local MOST_TYPES = 10000
-- Up to here there is room for more, whatever the number: it is not even looked up.
local FEWEST_TYPES = 100

local function most_types()
  return tonumber(call('HGET', 'terms', 'types')) or MOST_TYPES
end

-- types    the types of some jobs
-- kinds    for each job, which of the types
-- skipped  {position = true} of jobs that do not count
-- Returns which of the types are new ones for which there is no room, and how many there may be.
local function refused_types(types, kinds, skipped)
  local refused, size = {}, call('HLEN', 'types')
  if size + #types <= FEWEST_TYPES then
    return refused
  end
  local most = most_types()
  if size + #types > most then
    local wanted = {}
    for position, kind in ipairs(kinds) do
      wanted[kind] = wanted[kind] or not skipped[position]
    end
    for kind, known in ipairs(gather('HMGET', 'types', types)) do
      if not known and wanted[kind] then
        size = size + 1
        if size > most then
          refused[#refused + 1] = kind
        end
      end
    end
  end
  return refused, most
end
