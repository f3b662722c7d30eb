"""How scripts are called: as functions where the store has them, or else as scripts."""

from tasuki.store.link.resp import RefusalError, pack
from tasuki.store.link.scripts import script

_NOT_FOUND = "Function not found"
_NO_SCRIPT = "NOSCRIPT"
_THERE_ALREADY = "already exists"


class ScriptCalls:
    """The calls of scripts on one connection, and what to do about a script that is not known.

    Functions are made once, when their library is loaded, and scripts at each call, which costs
    the store a third of a small call. So scripts are for stores that refuse functions: to a user
    without the right to them, when they are full, or read-only.
    """

    def __init__(self, base: str) -> None:
        self._base = base
        self._functions = True
        self._heads: dict[str, bytes] = {}

    def call(self, name: str, request: bytes) -> bytes:
        """The command that runs a script with a request."""
        head = self._heads.get(name) or self._head(name)
        return b"%b$%d\r\n%b\r\n" % (head, len(request), request)

    def cure(self, name: str, error: RefusalError) -> bytes | None:
        """The command that makes the next call go through; None when the error is another one."""
        found = script(name)
        if self._functions:
            if _NOT_FOUND in str(error):
                return pack("FUNCTION", "LOAD", found.definition)
            if _refuses_functions(error):
                self._use_scripts()
                return pack("SCRIPT", "LOAD", found.text)
        elif str(error).startswith(_NO_SCRIPT):
            return pack("SCRIPT", "LOAD", found.text)
        return None

    def load_failed(self, error: RefusalError) -> bool:
        """Take note that a script could not be loaded. Whether another call may go through."""
        if not self._functions:
            return False
        if _THERE_ALREADY not in str(error):
            self._use_scripts()
        return True

    def _use_scripts(self) -> None:
        self._functions = False
        self._heads.clear()

    def _head(self, name: str) -> bytes:
        """A call up to its request, which is the same every time."""
        found = script(name)
        words = ("FCALL", found.function) if self._functions else ("EVALSHA", found.digest)
        head = self._heads[name] = b"*5" + pack(*words, 1, self._base).removeprefix(b"*4")
        return head


def _refuses_functions(error: RefusalError) -> bool:
    """Whether the user may not call functions, or the store does not know them."""
    text = str(error).lower()
    return "fcall" in text and ("no permissions" in text or "unknown command" in text)
