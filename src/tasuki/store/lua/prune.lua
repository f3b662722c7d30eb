#!lua flags=allow-oom
-- prune: deletes finished jobs that are past their retention.
--
-- total    how many are kept of all types and states together
-- ages     {state = how long they are kept that have no time of their own, ms}
-- bytes    {state = how many bytes of large data and results are kept}
-- limit    how many jobs are deleted at once
--
-- Returns {pruned, more = whether there is more to delete}
-- Errors: LAYOUT

--@include prune

local pruned, more = prune(request.limit, request.total, agreed(request.ages))
local lightened, heavy = prune_bytes(request.limit, request.bytes)
return cmsgpack.pack({ pruned = pruned + lightened, more = more or heavy })
