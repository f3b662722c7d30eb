#!lua flags=allow-oom
-- prune: deletes finished jobs that are past their retention.
--
-- types    the types to look at
-- counts   {state = how many are kept per type}
-- limit    how many jobs are deleted at once
--
-- Returns {pruned}
-- Errors: LAYOUT

--@include base
--@include bulk
--@include clock
--@include events
--@include finish

local pruned = 0
for _, type in ipairs(request.types) do
  for state, most in pairs(request.counts) do
    local left = request.limit - pruned
    if left > 0 then
      local done = 'done:' .. state .. ':' .. type
      local ids = call('ZRANGEBYSCORE', done, '-inf', whole(wall), 'LIMIT', 0, left)
      bulk('ZREM', done, ids)
      erase(ids)
      trim(state, type, most)
      pruned = pruned + #ids
    end
  end
end
return cmsgpack.pack({ pruned = pruned })
