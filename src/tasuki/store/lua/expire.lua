#!lua flags=allow-oom
-- expire: waiting, scheduled -> cancelled, when a job did not run in time.
--
-- limit    how many at once
-- cancelled_age, cancelled_most  retention
--
-- Returns {moved}
-- Errors: LAYOUT

--@include expire

local moved = expire(request.limit, request.cancelled_age, request.cancelled_most)
publish()
return cmsgpack.pack({ moved = moved })
