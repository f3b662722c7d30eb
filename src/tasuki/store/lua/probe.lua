#!lua
-- probe: a write that changes nothing for anybody. It is refused when a submission would be.
--
-- Returns {wall = server time in ms}
-- Errors: LAYOUT

--@include clock

call('SET', 'probe', whole(wall), 'EX', 60)
return cmsgpack.pack({ wall = whole(wall) })
