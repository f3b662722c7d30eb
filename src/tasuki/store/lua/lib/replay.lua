-- A call whose reply was lost comes again, under its number: it is answered with the first reply.

--@include base

local REMEMBERED_SECONDS = 600

-- The reply to the last call of a sender, if that had this number.
local function reply_before(sender, number)
  local last = call('GET', 'sender:' .. sender)
  if last then
    local earlier, reply = string.match(last, '^(%d+)\n(.*)$')
    if earlier == number then
      return reply
    end
  end
end

local function remember_reply(sender, number, reply)
  call('SET', 'sender:' .. sender, number .. '\n' .. reply, 'EX', REMEMBERED_SECONDS)
end
