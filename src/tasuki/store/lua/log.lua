#!lua flags=allow-oom,no-writes
-- log: the log lines of a job from one on, the oldest first.
--
-- id       the job
-- after    how many lines are left out: those that came first, whether they are still kept or not
--
-- Returns {exists, written = how many lines it ever logged, lines}
-- Errors: LAYOUT

--@include base

local list = 'log:' .. request.id
local kept = call('LLEN', list)
local written = math.max(kept, tonumber(call('HGET', 'logged', request.id)) or 0)
local skipped = math.max(0, request.after - (written - kept))
return cmsgpack.pack({
  exists = call('HEXISTS', 'jobs', request.id) == 1,
  written = written,
  -- Runners keep only so many lines of a job (`log_lines`).
  lines = call('LRANGE', list, whole(skipped), -1),
})
