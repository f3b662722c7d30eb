-- Jobs that a person cancelled while they were active. The runner is told to stop such a job. If it
-- gives the job back instead, the job does not run again: it ends here as cancelled.

--@include finish
--@include jobs

-- Which of a runner's jobs it was told to stop: {1 or 0, ...}, or nil when there are none.
local function told_to_stop(runner, ids)
  if exists('cancel:' .. runner) then
    return gather('SMISMEMBER', 'cancel:' .. runner, ids)
  end
end

-- Ends those jobs of a type that are to be stopped. The caller has read `told` first, and then taken
-- them out of the lease.
--
-- ids, stamps, tries  in parallel; tries are false where there are none
-- Returns the positions of the other jobs.
local function end_told(runner, told, type, ids, stamps, tries, keep)
  local others, ended, bodies = {}, {}, {}
  for i, id in ipairs(ids) do
    if told[i] == 1 then
      local made, crashes = read_tries(tries[i])
      local started = string.sub(stamps[i], 1, -4)
      ended[#ended + 1] = id
      bodies[#bodies + 1] = string.format('%s %d %d cancelled\n', started, made, crashes)
    else
      others[#others + 1] = i
    end
  end
  finish('cancelled', type, ended, bodies, runner, keep)
  return others
end
