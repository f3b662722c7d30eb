-- The stream of events is kept short.

--@include events

local EVENTS_MS = 5 * 60 * 1000
local EVENTS_BYTES = 32 * 1024 * 1024
local SAMPLED = 10

-- The stream keeps what happened in the last minutes, and less where its entries are large.
local function tidy_events()
  local sample, bytes = call('XREVRANGE', 'events', '+', '-', 'COUNT', SAMPLED), 0
  for _, entry in ipairs(sample) do
    for _, text in ipairs(entry[2]) do
      bytes = bytes + #text
    end
  end
  if #sample > 0 then
    local most = math.floor(EVENTS_BYTES / (bytes / #sample))
    call('XTRIM', 'events', 'MAXLEN', '~', whole(math.min(EVENTS_KEPT, most)))
    call('XTRIM', 'events', 'MINID', '~', whole(math.max(0, wall - EVENTS_MS)))
  end
end
