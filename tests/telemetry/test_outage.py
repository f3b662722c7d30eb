"""What may pass is waited for, and what will not is raised at once: by kind of error."""

import asyncio
import logging

import pytest

from tasuki.model.errors import (
    LayoutError,
    LeaseLostError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreRefusedError,
    StoreUnavailableError,
    StoreUnsafeError,
    TasukiError,
)
from tasuki.model.pauses import Pauses
from tasuki.telemetry import outage
from tasuki.telemetry.outage import OutageLog

PASSES = (StoreUnavailableError, StoreFullError, StoreReadOnlyError, StoreRefusedError)
STAYS = (StoreError, StoreUnsafeError, LayoutError, LeaseLostError)


class Calls:
    """Raises the same error again and again, and then answers."""

    def __init__(self, error: TasukiError, times: int) -> None:
        self.error = error
        self.left = times

    async def __call__(self) -> str:
        if self.left:
            self.left -= 1
            raise self.error
        return "done"


def test_each_kind_of_trouble_is_looked_at_here():
    known = {StoreError, *StoreError.__subclasses__()}
    assert known == {*PASSES, *STAYS} - {LeaseLostError}


@pytest.mark.parametrize("kind", PASSES)
async def test_what_may_pass_is_outlasted_and_told_once(
    kind: type[StoreError], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level("INFO", "tasuki.test")
    monkeypatch.setattr(outage, "PAUSES", Pauses(0.001, 0.002))
    calls = Calls(kind("no answer"), 20)
    trouble = OutageLog(logging.getLogger("tasuki.test"), clock=lambda: 100.0)
    assert await asyncio.wait_for(trouble.outlast(calls), 20) == "done"
    assert caplog.messages == [
        "the store does not work, trying again: no answer",
        "the store works again, after 0.0 s",
    ]


@pytest.mark.parametrize("kind", STAYS)
async def test_what_stays_is_raised_at_once(kind: type[TasukiError]):
    calls = Calls(kind("never"), 2)
    with pytest.raises(kind, match="never"):
        await OutageLog(logging.getLogger("tasuki.test")).outlast(calls)
    assert calls.left == 1
