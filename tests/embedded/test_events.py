import pytest

from tasuki.embedded import (
    Attached,
    Converting,
    Died,
    Left,
    Loading,
    Restarted,
    Rewriting,
    Started,
    StartFailed,
    Stopped,
    Vanished,
)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (
            Started("valkey 9.1.2", 7, "always", 0.25),
            "store: valkey 9.1.2 ready after 0.2 s (pid 7, fsync always)",
        ),
        (
            Attached("valkey 9.1.2", 7, "no", "no"),
            "store: attached to valkey 9.1.2 (pid 7, fsync no)",
        ),
        (Loading(2**20, 2**22, 3.0), "store: loading 25 % of 4.0 MiB, about 3 s left"),
        (Loading(0, 0, 0.0), "store: loading 0 % of 0.0 MiB, about 0 s left"),
        (Converting(), "store: turning the snapshot (dump.rdb) into an append-only file"),
        (
            Rewriting("redis 7.0.15"),
            "store: rewriting the append-only file, as redis 7.0.15 needs after a start",
        ),
        (Died(7, "exit code 1", "disk full"), "store: pid 7 ended (exit code 1): disk full"),
        (StartFailed("no\nway", 0.2), "store: still down, next try in 0.2 s: no"),
        (
            Vanished("/data"),
            (
                "store: the data in /data was deleted or moved away while the store was in use."
                " The store was stopped and takes no more jobs; put the directory back, or stop"
                " Tasuki and start it again to begin with an empty store"
            ),
        ),
        (Restarted(8, 1.0, owned=True), "store: restarted after 1.0 s (pid 8)"),
        (
            Restarted(8, 1.0, owned=False),
            "store: restarted by another process after 1.0 s (pid 8)",
        ),
        (Left(7), "store: left to its other users (pid 7)"),
        (Stopped(7), "store: stopped (pid 7)"),
    ],
    ids=lambda value: value[7:30] if isinstance(value, str) else type(value).__name__,
)
def test_an_event_is_one_line_for_people(event, line):
    assert str(event) == line
