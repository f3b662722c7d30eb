#!lua flags=allow-oom
-- prune: deletes finished jobs that are past their retention.
--
-- total  how many are kept of all types and states together
-- keep   how finished jobs are kept, see lib/finish
-- limit  how many jobs are deleted at once
--
-- Returns {pruned, more = whether there is more to delete}
-- Errors: LAYOUT

--@include prune

local pruned, more = prune(request.limit, request.total, agreed(request.keep))
local lightened, heavy = prune_bytes(request.limit, request.keep)
return cmsgpack.pack({ pruned = pruned + lightened, more = more or heavy })
