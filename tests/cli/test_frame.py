"""What a frame of `tasuki top` shows when there is more than fits, and when it is not fresh."""

from datetime import UTC, datetime

from rich.console import Console

from tasuki.cli.terminal.frame import MOST_RUNNERS, frame
from tasuki.cli.terminal.watch import Sample
from tasuki.model.job import EMPTY_DATA, Attempts, JobInfo
from tasuki.model.outcome import JobError
from tasuki.model.state import State
from tasuki.store.health import Durability
from tasuki.store.looks.reader import RunnerInfo
from tasuki.store.looks.types import TypeInfo
from tasuki.views import StatsView


def type_info(name: str, *, waiting: int = 0, paused: bool = False) -> TypeInfo:
    return TypeInfo(
        type=name,
        paused=paused,
        waiting=waiting,
        scheduled=0,
        active=0,
        completed=0,
        failed=0,
        cancelled=0,
    )


def runner(number: int) -> RunnerInfo:
    return RunnerInfo(
        id=f"runner-{number}",
        active=0,
        lease_left=15,
        started_at=None,
        types=[],
        fields={"host": "h"},
    )


def failure(id: int, message: str) -> JobInfo:
    return JobInfo(
        id=id,
        type="email",
        state=State.FAILED,
        reason="error",
        priority=0,
        data=EMPTY_DATA,
        result=None,
        error=JobError("ValueError", message),
        attempts=Attempts(3, 3),
        crashes=0,
        progress=None,
        expires=None,
        created_at=datetime.now(UTC),
    )


def sample(**parts: object) -> Sample:
    empty = Sample(
        at=0,
        types=[],
        runners=[],
        failures=[],
        stats=StatsView(durability=Durability.ALWAYS, minutes=[], totals={}),
        rates={},
    )
    return empty._replace(**parts)


def shown(taken: Sample, *, height: int | None = None, trouble: str = "") -> list[str]:
    console = Console(width=120, color_system=None)
    with console.capture() as capture:
        console.print(frame(taken, "tasuki", height=height, trouble=trouble))
    return capture.get().splitlines()


def test_the_busiest_types_are_shown_by_name_when_not_all_fit():
    types = [type_info(f"type-{n:03}", waiting=n % 7) for n in range(100)]
    lines = shown(sample(types=types, runners=[runner(1)]), height=24)
    assert len(lines) <= 24
    names = [line.split()[0] for line in lines if line.startswith("type-")]
    assert names == sorted(names)
    assert all(int(name[-3:]) % 7 == 6 for name in names)
    assert f"and {100 - len(names)} more types" in "\n".join(lines)


def test_all_types_are_shown_where_there_is_room():
    types = [type_info(f"type-{n:03}") for n in range(100)]
    assert len([line for line in shown(sample(types=types)) if line.startswith("type-")]) == 100


def test_many_runners_are_counted():
    lines = shown(sample(runners=[runner(n) for n in range(MOST_RUNNERS + 3)]))
    assert sum(line.startswith("runner-") for line in lines) == MOST_RUNNERS
    assert any(line.startswith("and 3 more") for line in lines)


def test_a_frame_that_is_not_fresh_says_so():
    assert "the store is away" in shown(sample(), trouble="the store is away")[2]


def test_text_from_jobs_is_never_markup():
    evil = "[bold red]no[/] \x1b[31m"
    taken = sample(types=[type_info(evil, paused=True)], failures=[failure(7, evil)])
    lines = shown(taken)
    assert any(line.startswith("[bold red]no[/] \\x1b[31m (paused)") for line in lines)
    assert any(line.endswith("ValueError: [bold red]no[/] \\x1b[31m") for line in lines)


def test_rates():
    types = [type_info(name) for name in "abcd"]
    rates = {"a": 1234.5, "b": 2.25, "c": 0.01, "d": 0}
    rows = {
        line.split()[0]: line.split()[-1] for line in shown(sample(types=types, rates=rates))[4:8]
    }
    assert rows == {"a": "1,234", "b": "2.2", "c": "<0.1", "d": "0"}
