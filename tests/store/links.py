"""Links to the store that have something go wrong on the way."""

from tasuki.store.link.link import CALL_SECONDS, Link


class RepeatingLink(Link):
    """Keeps the last script call and its reply, so that it can be sent again, byte by byte."""

    name = ""
    request = reply = b""

    async def run(self, name: str, request: bytes, *, seconds: float = CALL_SECONDS) -> bytes:
        self.name, self.request = name, request
        self.reply = await super().run(name, request, seconds=seconds)
        return self.reply

    async def send_again(self) -> bytes:
        return await super().run(self.name, self.request)
