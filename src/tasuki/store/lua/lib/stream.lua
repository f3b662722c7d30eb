-- The stream of events is kept short.

--@include events

local EVENTS_MS = 5 * 60 * 1000
local EVENTS_BYTES = 32 * 1024 * 1024
local SAMPLED, SAMPLED_FIELDS, SAMPLED_BYTES = 10, 200, 131072
-- How many entries go at once: more than come in between two looks, even where these are many.
local TRIMMED = 2000

-- How many of the newest entries were looked at, and how many bytes they have. One may have thousands of
-- fields or all the bytes that an entry may have, and then it is enough.
local function sample()
  local entries, fields, bytes, from = 0, 0, 0, '+'
  while entries < SAMPLED and fields < SAMPLED_FIELDS and bytes < SAMPLED_BYTES do
    local entry = call('XREVRANGE', 'events', from, '-', 'COUNT', 1)[1]
    if not entry then
      break
    end
    for _, text in ipairs(entry[2]) do
      bytes = bytes + #text
    end
    entries, fields, from = entries + 1, fields + #entry[2], '(' .. entry[1]
  end
  return entries, bytes
end

-- The stream keeps what happened in the last minutes, and less where its entries are large.
local function tidy_events()
  local entries, bytes = sample()
  if entries > 0 then
    local most = math.floor(EVENTS_BYTES / (bytes / entries))
    call('XTRIM', 'events', 'MAXLEN', '~', whole(math.min(EVENTS_KEPT, most)), 'LIMIT', TRIMMED)
    call('XTRIM', 'events', 'MINID', '~', whole(math.max(0, wall - EVENTS_MS)), 'LIMIT', TRIMMED)
  end
end
