#!lua flags=allow-oom,no-writes
-- log: the log lines of a job, the oldest first.
--
-- id       the job
--
-- Returns {exists, lines}
-- Errors: LAYOUT

--@include base

return cmsgpack.pack({
  exists = call('HEXISTS', 'jobs', request.id) == 1,
  -- Runners keep only so many lines of a job (`log_lines`).
  lines = call('LRANGE', 'log:' .. request.id, 0, -1),
})
