"""An exception as text: what Python would print of it, within bounds, whatever it is."""

import os
import sys
from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from traceback import FrameSummary, StackSummary, TracebackException, format_list, walk_stack
from types import FrameType, TracebackType
from typing import cast

from tasuki.model.outcome import JobError
from tasuki.wire.text import clean

LONGEST_NAME = 200
LONGEST_MESSAGE = 4_096
"""Longer messages are cut, in characters."""
LONGEST_TRACEBACK = 16_384
"""Longer tracebacks lose their middle, in bytes."""

FIRST_FRAMES, LAST_FRAMES = 10, 40
MOST_FRAMES = FIRST_FRAMES + LAST_FRAMES
MOST_WALKED = 2_000
MOST_PARTS = 200
"""Beyond so many frames or exceptions that hang on one another, only the first is looked at."""
GROUP_WIDTH, GROUP_DEPTH = 10, 5

_OWN_FILES = str(Path(__file__).parent) + os.sep


def describe(error: BaseException, name: str | None = None) -> JobError:
    """An exception with all that it came from, without the frames of Tasuki's own code.

    Nothing that the exception itself does can make this raise.
    """
    return JobError(name or name_of(error), message_of(error), traceback_of(error))


def name_of(error: BaseException) -> str:
    """The name of its class."""
    try:
        return clean(type(error).__name__)[:LONGEST_NAME]
    except BaseException:  # noqa: BLE001 - a metaclass may do anything
        return "Exception"


def message_of(error: BaseException) -> str:
    """What it says. A group says what went wrong first in it.

    >>> message_of(ExceptionGroup("two tasks", [ValueError("no"), KeyError("b")]))
    'two tasks: ValueError: no (and 1 more)'
    """
    try:
        return clean(_say(error))[:LONGEST_MESSAGE]
    except BaseException as broken:  # noqa: BLE001 - an exception's own `__str__` may raise anything
        return f"(its text cannot be shown: {name_of(broken)})"


def traceback_of(error: BaseException) -> str:
    """What Python prints of it: causes, contexts and groups too. Nothing if that cannot be had."""
    try:
        return _ends_of_text(clean(_print(error)))
    except BaseException:  # noqa: BLE001 - an exception's attributes may raise anything
        return ""


def parts_of(error: BaseException) -> tuple[BaseException, ...]:
    """What is in a group; nothing for an exception that is none."""
    if not isinstance(error, BaseExceptionGroup):
        return ()
    # Not what a class derived from it says: that could be the group itself.
    return cast("tuple[BaseException, ...]", BaseExceptionGroup.exceptions.__get__(error))


def stack_of(frames: StackSummary) -> str:
    """The calls of a task or a thread as text, without the frames of Tasuki's own code."""
    return _ends_of_text(clean("".join(format_list(_of_users(frames)))))


def frame_of_thread(thread: int) -> FrameType | None:
    """Where a thread is; None if it has ended."""
    # Its name looks private, but it is public and the only way.
    return sys._current_frames().get(thread)  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]


def stack_of_thread(thread: int) -> str:
    """The calls of a thread as text; nothing if it has ended."""
    frame = frame_of_thread(thread)
    if frame is None:
        return ""
    frames = StackSummary.extract(walk_stack(frame), limit=MOST_FRAMES)
    frames.reverse()
    return stack_of(frames)


def _say(error: BaseException) -> str:
    if not isinstance(error, BaseExceptionGroup):
        return str(error)
    leaves = _leaves(error)
    first = next(leaves)
    more = sum(1 for _ in leaves)
    rest = f" (and {more} more)" if more else ""
    said = f"{name_of(first)}: {message_of(first)}"
    return f"{error.message[:LONGEST_NAME]}: {said[: LONGEST_MESSAGE // 2]}{rest}"


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """The exceptions of a group that are no groups, in order."""
    left = deque([error])
    while left:
        part = left.popleft()
        parts = parts_of(part)
        if parts:
            left.extendleft(reversed(parts))
        else:
            yield part


def _print(error: BaseException) -> str:
    if _is_vast(error):
        first = next(_leaves(error))
        frames = StackSummary.extract(_walk(_ends_of(first.__traceback__)), lookup_lines=False)
        _mark_gap(frames)
        head = "Traceback (most recent call last):\n"
        calls = "".join(format_list(_of_users(frames)))
        return f"{head}{calls}{name_of(error)}: {message_of(error)}\n"
    shown = TracebackException(
        type(error),
        error,
        _ends_of(error.__traceback__),
        limit=-MOST_FRAMES,
        lookup_lines=False,
        compact=True,
        max_group_width=GROUP_WIDTH,
        max_group_depth=GROUP_DEPTH,
    )
    _mark_gap(shown.stack)
    _drop_own_frames(shown)
    return "".join(shown.format())


def _is_vast(error: BaseException) -> bool:
    """Whether more hangs on it than can be printed in a moment."""
    left, seen, frames = [error], set[int](), 0
    while left:
        part = left.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        frames += sum(1 for _ in islice(_walk(part.__traceback__), MOST_WALKED))
        if len(seen) > MOST_PARTS or frames >= MOST_WALKED:
            return True
        left += [origin for origin in (part.__cause__, part.__context__) if origin is not None]
        parts = parts_of(part)
        if parts and cast("BaseExceptionGroup[BaseException]", part).exceptions is not parts:
            # Python follows what its class says instead, perhaps in a circle.
            return True
        left += parts
    return False


def _walk(trace: TracebackType | None) -> Iterator[tuple[FrameType, int]]:
    while trace is not None:
        yield trace.tb_frame, trace.tb_lineno
        trace = trace.tb_next


def _ends_of(trace: TracebackType | None) -> TracebackType | None:
    """A traceback without its middle, if it is long."""
    first: list[TracebackType] = []
    last = deque[TracebackType](maxlen=LAST_FRAMES)
    count = 0
    while trace is not None:
        count += 1
        if count <= FIRST_FRAMES:
            first.append(trace)
        else:
            last.append(trace)
        trace = trace.tb_next
    if count <= MOST_FRAMES:
        return first[0] if first else None
    joined: TracebackType | None = last[0]
    for part in reversed(first):
        joined = TracebackType(joined, part.tb_frame, part.tb_lasti, part.tb_lineno)
    return joined


def _mark_gap(frames: StackSummary) -> None:
    if len(frames) == MOST_FRAMES:
        frames.insert(FIRST_FRAMES, FrameSummary("...", 0, "(some calls are left out)", line=""))


def _drop_own_frames(shown: TracebackException) -> None:
    left: list[TracebackException | None] = [shown]
    while left:
        part = left.pop()
        if part is not None:
            part.stack[:] = _of_users(part.stack)
            left += [part.__cause__, part.__context__, *(getattr(part, "exceptions", None) or ())]


def _of_users(frames: StackSummary) -> list[FrameSummary]:
    return [frame for frame in frames if not frame.filename.startswith(_OWN_FILES)]


def _ends_of_text(text: str) -> str:
    # No character takes more than four bytes.
    if len(text) <= LONGEST_TRACEBACK // 4:
        return text
    raw = text.encode()
    if len(raw) <= LONGEST_TRACEBACK:
        return text
    gap = "\n... the middle is left out ...\n"
    first = LONGEST_TRACEBACK // 4
    last = LONGEST_TRACEBACK - first - len(gap)
    return raw[:first].decode(errors="ignore") + gap + raw[-last:].decode(errors="ignore")
