#!lua flags=allow-oom
-- expire: waiting, scheduled -> cancelled, when a job did not run in time.
--
-- limit  how many at once
-- keep   how finished jobs are kept, see lib/finish
--
-- Returns {moved}
-- Errors: LAYOUT

--@include expire

local moved = expire(request.limit, request.keep)
publish()
return cmsgpack.pack({ moved = moved })
