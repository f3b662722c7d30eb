#!lua flags=allow-oom
-- prune: deletes finished jobs that are past their retention.
--
-- total    how many are kept of all types and states together
-- limit    how many jobs are deleted at once
--
-- Returns {pruned, more = whether there is more to delete}
-- Errors: LAYOUT

--@include base
--@include bulk
--@include clock
--@include events
--@include finish
--@include prune

local pruned, more = prune(request.limit, request.total)
return cmsgpack.pack({ pruned = pruned, more = more })
