#!lua flags=allow-oom,no-writes
-- log: the log lines of a job from one on, the oldest first.
--
-- id       the job
-- after    how many lines are left out: those that came first, whether they are still kept or not
-- most     bytes that one call gives; the caller asks for the rest again
--
-- Returns {exists, written = how many lines it ever logged, lines, after = how many come before the
--          next line}
-- Errors: LAYOUT

--@include base

local STEP = 100

local list = 'log:' .. request.id
local kept = call('LLEN', list)
local written = math.max(kept, tonumber(call('HGET', 'logged', request.id)) or 0)
local at = math.max(0, request.after - (written - kept))
local lines, bytes = {}, 0
while at < kept and bytes < request.most do
  for _, line in ipairs(call('LRANGE', list, whole(at), whole(at + STEP - 1))) do
    if bytes >= request.most then
      break
    end
    bytes = bytes + #line
    lines[#lines + 1] = line
    at = at + 1
  end
end
return cmsgpack.pack({
  exists = call('HEXISTS', 'jobs', request.id) == 1,
  written = written,
  lines = lines,
  after = written - kept + at,
})
