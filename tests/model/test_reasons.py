"""Every reason is declared."""

import re
from pathlib import Path

import tasuki
from tasuki.model.values.reasons import Reason

LUA = Path(tasuki.__file__).parent / "store" / "lua"


def test_the_reasons_that_scripts_give_are_declared():
    text = "".join(file.read_text() for file in LUA.rglob("*.lua"))
    given = re.findall(r"(\w+)\\n'", text) + re.findall(r"cancel_unrun\([\w., ]*'(\w+)'", text)
    assert set(given) == {Reason.CANCELLED, Reason.CRASHED, Reason.EXPIRED}
