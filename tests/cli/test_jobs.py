"""Making, listing and steering jobs. No runner runs here, so they stay where they are."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.support import Plain


def enqueue(tasuki: Program, *arguments: str) -> str:
    return tasuki("enqueue", *arguments).ok().out.strip()


def job(tasuki: Program, id: str) -> dict[str, object]:
    return tasuki("show", id, "--json").ok().json


# -------------------------------------------------------------------------------- enqueue


def test_enqueue_prints_the_id_and_nothing_else(tasuki: Program):
    assert tasuki("enqueue", "email", '{"to": "ada"}').ok().out == "1\n"
    assert tasuki("enqueue", "email", "--json").ok().json == {"id": 2}
    assert job(tasuki, "1")["data"] == {"to": "ada"}
    assert job(tasuki, "2")["data"] == {}


def test_data_from_a_file_and_from_standard_input(tasuki: Program):
    (tasuki.cwd / "photo.json").write_text('["from", "file"]')
    enqueue(tasuki, "resize", "@photo.json")
    tasuki("enqueue", "resize", "-", stdin='"from input"').ok()
    assert job(tasuki, "1")["data"] == ["from", "file"]
    assert job(tasuki, "2")["data"] == "from input"


def test_every_option_reaches_the_job(tasuki: Program):
    options = "--priority high --attempts 7 --timeout 1m --expires 1h --keep 0 --delay 5m"
    enqueue(tasuki, "email", *options.split(), "-t", "a", "--tag", "b")
    found = job(tasuki, "1")
    created, runs = (datetime.fromisoformat(str(found[key])) for key in ("created_at", "run_at"))
    assert runs - created == timedelta(minutes=5)
    assert found["state"] == "scheduled"
    assert found["priority"] == -10
    assert found["attempts"] == {"made": 0, "max": 7}
    assert found["timeout"] == 60
    assert found["tags"] == ["a", "b"]


def test_a_time_to_run_at(tasuki: Program):
    enqueue(tasuki, "email", "--run-at", "2035-01-31T08:00+01:00")
    assert job(tasuki, "1")["run_at"] == "2035-01-31T07:00:00Z"


def test_a_time_without_a_zone_is_local_time(tasuki: Program):
    tasuki("enqueue", "email", "--run-at", "2035-01-31T08:00").ok()
    local = datetime(2035, 1, 31, 8).astimezone(UTC)
    assert datetime.fromisoformat(str(job(tasuki, "1")["run_at"])) == local


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("5s", "fixed 5s"),
        ("1s,10s,1m", "1s, 10s, 1m"),
        ("[1, 2]", "1s, 2s"),
        ('{"type": "fixed", "delay": 3}', "fixed 3s"),
        ('{"type": "exponential"}', "doubling from 2s up to 5m"),
    ],
    ids=str,
)
def test_backoff_is_written_in_short_or_as_json_and_shown_in_words(
    tasuki: Program, rule: str, words: str
):
    enqueue(tasuki, "email", "--backoff", rule)
    assert f"  backoff   {words}\n" in tasuki("show", "1").ok().out


def test_a_key_makes_one_job_of_two_submissions(tasuki: Program):
    named = ("--idempotency-key", "k")
    assert enqueue(tasuki, "email", *named) == enqueue(tasuki, "email", *named)
    other = tasuki("enqueue", "email", "1", *named, code=2)
    assert other.err == "tasuki: idempotency_key: was used before, for another submission\n"


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["email", "hello"], "data: is not JSON: "),
        (["email", "@nothing.json"], "data: cannot read nothing.json: No such file or directory"),
        (["email", "[1e400]"], "data: "),
        ([""], "type: must not be empty"),
        (["a\nb"], "type: must not contain control characters"),
        (["email", "--priority", "urgent"], "priority: must be a number or one of critical, high"),
        (["email", "--attempts", "0"], "attempts: must be between 1 and 1000000"),
        (["email", "--timeout", "0"], "timeout: must be more than 0 seconds"),
        (
            ["email", "--run-at", "tomorrow"],
            "run_at: must be a time such as 2027-01-31T08:00+01:00, not",
        ),
        (
            ["email", "--run-at", "2035-01-31", "--delay", "1"],
            "run_at: cannot be given together with",
        ),
        (["email", "--backoff", "soon"], "backoff: must be a number of seconds, or like 30s, 5m"),
        (["email", "--backoff", '{"type": "fixed"}'], "backoff: "),
        (["email", "--backoff", "[1,"], "backoff: is not JSON: "),
        (["email", "--tag", ""], "tags[0]: must not be empty"),
        (["email", "--idempotency-key", ""], "idempotency_key: must be text, and not empty"),
        (["email", "--key", "k"], "--key does not name a submission any more: that is its idem"),
        (["email", "--key", ""], "--key does not name a submission any more: that is its idem"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_job_that_cannot_be_is_refused_in_one_line(
    tasuki: Program, arguments: list[str], answer: str
):
    result = tasuki("enqueue", *arguments, code=2)
    assert result.out == ""
    assert result.err.startswith(f"tasuki: {answer}")
    assert result.err.count("\n") == 1


def test_a_wait_that_takes_too_long_ends_and_the_job_goes_on(tasuki: Program):
    for wait in (["--wait", "100ms"], ["--wait=0.1"]):
        result = tasuki("enqueue", *wait, "email", code=1)
        assert "no runner handles email yet; waiting for one\n" in result.err
        assert "has not ended within 0.1 s" in result.err
    assert job(tasuki, "2")["state"] == "waiting"


def test_a_job_that_is_not_kept_cannot_be_waited_for(tasuki: Program):
    result = tasuki("enqueue", "email", "--keep", "0", "--wait", code=2)
    assert result.err.startswith("tasuki: --keep 0 removes the job as it ends: ")
    assert tasuki("jobs", "--ids").ok().out == ""


# ------------------------------------------------------------------------------------ jobs


def test_jobs_lists_and_filters(tasuki: Program):
    enqueue(tasuki, "email", "--tag", "vip")
    enqueue(tasuki, "email", "--delay", "1h")
    enqueue(tasuki, "resize")
    shown = tasuki("jobs").ok().out.splitlines()
    assert shown[0].split() == ["ID", "STATE", "TYPE", "WHEN", "ATTEMPT", "NOTE"]
    assert [line.split()[0] for line in shown[1:]] == ["1", "3", "2"]
    assert "#vip" in shown[1]
    assert "in 1h" in shown[3] or "in 59m" in shown[3]
    assert tasuki("jobs", "--ids", "--type", "email").ok().out == "1\n2\n"
    assert tasuki("jobs", "--ids", "--state", "scheduled").ok().out == "2\n"
    assert tasuki("jobs", "--ids", "--tag", "vip").ok().out == "1\n"


def test_jobs_in_pages(tasuki: Program):
    for _ in range(3):
        enqueue(tasuki, "email")
    first = tasuki("jobs", "--limit", "2")
    assert first.out.count("email") == 2
    assert first.err.startswith("there may be more: --all, or --cursor ")
    cursor = first.err.split()[-1]
    assert tasuki("jobs", "--ids", "--cursor", cursor).ok().out == "3\n"
    assert tasuki("jobs", "--ids", "--limit", "2", "--all").ok().out == "1\n2\n3\n"
    page = tasuki("jobs", "--limit", "2", "--json").ok().json
    assert [found["id"] for found in page["jobs"]] == [1, 2]
    assert page["cursor"] == cursor
    assert tasuki("jobs", "--json", "--all").ok().json["cursor"] is None


def test_a_cursor_that_came_from_nowhere(tasuki: Program):
    assert tasuki("jobs", "--cursor", "x", code=2).err.startswith("tasuki: cursor: ")


def test_no_jobs(tasuki: Program):
    result = tasuki("jobs", code=0)
    assert (result.out, result.err) == ("", "no such jobs\n")
    assert tasuki("jobs", "--json").ok().json == {"jobs": [], "cursor": None}


# -------------------------------------------------------------------------------- show, log


def test_show_tells_everything(tasuki: Program):
    enqueue(tasuki, "email", '{"to": "ada"}', "--tag", "vip", "--timeout", "90")
    shown = tasuki("show", "1").ok().out
    assert shown.startswith("job 1  email  waiting\n")
    for line in ("attempts  0 of 3", "timeout   1m 30s", "tags      vip", '"to": "ada"'):
        assert line in shown


@pytest.mark.parametrize("command", ["show", "log"])
def test_a_job_that_is_not_there(tasuki: Program, command: str):
    assert tasuki(command, "7", code=1).err == "tasuki: there is no job 7\n"
    assert tasuki(command, "0", code=2).err == "tasuki: id: must be a whole number from 1 on\n"


def test_a_log_that_is_empty(tasuki: Program):
    enqueue(tasuki, "email")
    result = tasuki("log", "1", code=0)
    assert (result.out, result.err) == ("", "job 1 has logged nothing\n")
    assert tasuki("log", "1", "--json").ok().json == {"lines": []}


# ---------------------------------------------------------------------- retry, cancel, rm


def test_cancel_retry_and_remove(tasuki: Program):
    for _ in range(2):
        enqueue(tasuki, "email")
    assert tasuki("cancel", "1", "2").ok().out == "job 1 cancelled\njob 2 cancelled\n"
    assert job(tasuki, "1")["state"] == "cancelled"
    assert tasuki("retry", "1").ok().out == "job 1 waits to run again\n"
    assert job(tasuki, "1")["state"] == "waiting"
    assert tasuki("rm", "1", "2", "2").ok().out == "job 1 removed\njob 2 removed\n"
    assert tasuki("jobs", "--ids").ok().out == ""


def test_those_that_can_be_steered_are_and_the_others_are_named(tasuki: Program):
    enqueue(tasuki, "email")
    result = tasuki("cancel", "9", "1", code=1)
    assert result.out == "job 1 cancelled\n"
    assert result.err == "tasuki: there is no job 9\n"
    again = tasuki("cancel", "1", "9", "--json", code=1)
    assert again.err == ""
    assert again.json == {
        "done": [],
        "refused": [
            {"id": 1, "code": "wrong_state", "message": "job 1 is cancelled: cannot cancel it"},
            {"id": 9, "code": "not_found", "message": "there is no job 9"},
        ],
    }


def test_ids_come_from_standard_input(tasuki: Program):
    enqueue(tasuki, "email")
    enqueue(tasuki, "email")
    ids = tasuki("jobs", "--ids").ok().out
    assert tasuki("rm", "-", stdin=ids).ok().out == "job 1 removed\njob 2 removed\n"
    assert tasuki("rm", "-", stdin="").ok().out == ""


def test_many_ids_are_told_by_number_in_few_calls(tasuki: Program, plain: Plain):
    ids = "\n".join(str(n) for n in range(1, 1_202))
    for _ in range(2):
        enqueue(tasuki, "email")
    before = plain.info("commandstats")["cmdstat_fcall"]["calls"]
    cancelled = tasuki("cancel", "-", stdin=ids, code=1)
    assert plain.info("commandstats")["cmdstat_fcall"]["calls"] - before < 20
    assert cancelled.out == "2 jobs cancelled\n"
    assert cancelled.err == "tasuki: 1,199 jobs are not there, such as job 3\n"
    again = tasuki("cancel", "-", stdin=ids, code=1)
    assert again.out == ""
    assert again.err.splitlines() == [
        "tasuki: 2 jobs are cancelled: cannot cancel them, such as job 1",
        "tasuki: 1,199 jobs are not there, such as job 3",
    ]


@pytest.mark.parametrize("word", ["two", "0", "-1", "9" * 16, "9" * 5_000, "\udcff"], ids=ascii)
def test_what_cannot_be_an_id_is_told_in_one_line(tasuki: Program, word: str):
    result = tasuki("retry", "-", stdin=word.encode("utf-8", "surrogateescape"), code=2)
    assert "is no job id" in result.err
    assert result.err.count("\n") == 1


def test_what_is_no_id(tasuki: Program):
    result = tasuki("retry", "1", "two", code=2)
    assert result.err == "tasuki: 'two' is no job id: ids are whole numbers from 1 on\n"


# ------------------------------------------------------------------- text from outside


def test_text_from_a_job_controls_no_terminal(tasuki: Program, directory: Path):
    evil = json.dumps({"text": "\u009b31m red \u202e"}, ensure_ascii=False)
    enqueue(tasuki, "email", evil)
    for arguments in (["show", "1"], ["show", "1", "--json"], ["jobs"]):
        shown = tasuki(*arguments).ok().out
        assert "\u009b" not in shown
    assert job(tasuki, "1")["data"] == json.loads(evil)


# --------------------------------------------------------------------------------- update


def test_update_changes_what_is_said_and_nothing_else(tasuki: Program):
    enqueue(tasuki, "email", '{"to": "ada"}', "--expires", "1h", "-t", "a", "--attempts", "7")
    assert (
        tasuki("update", "1", "--priority", "high", "--data", "[1]").ok().out == "job 1 updated\n"
    )
    found = job(tasuki, "1")
    assert (found["priority"], found["data"], found["tags"]) == (-10, [1], ["a"])
    assert found["attempts"] == {"made": 0, "max": 7}
    tasuki("update", "1", "--without", "expires", "--without", "tags", "--delay", "5m").ok()
    found = job(tasuki, "1")
    assert (found["expires"], found["tags"], found["state"]) == (None, [], "scheduled")


def test_update_of_many_tells_what_was_refused(tasuki: Program):
    for _ in range(2):
        enqueue(tasuki, "email")
    tasuki("cancel", "1").ok()
    result = tasuki("update", "-", "--tag", "b", "--json", stdin="1 2 9", code=1)
    assert result.json == {
        "done": [{"id": 2, "state": "waiting"}],
        "refused": [
            {"id": 1, "code": "wrong_state", "message": "job 1 is cancelled: cannot update it"},
            {"id": 9, "code": "not_found", "message": "there is no job 9"},
        ],
    }
    assert job(tasuki, "2")["tags"] == ["b"]


def test_update_of_all_that_match(tasuki: Program):
    for tag in ("vip", "other"):
        enqueue(tasuki, "email", "-t", tag)
    which = ("--where-tag", "vip", "--where-state", "waiting")
    change = ("update", *which, "-t", "new", "--priority", "3")
    assert tasuki(*change, "--dry-run").ok().out == "1 job would be updated\n"
    assert tasuki(*change).ok().out == "1 job updated\n"
    assert [job(tasuki, id)["tags"] for id in ("1", "2")] == [["new"], ["other"]]
    assert tasuki(*change).err == "no such jobs to change\n"
    assert "not both" in tasuki("update", "1", *which, "--delay", "1m", code=2).err
    assert "as by --where-state" in tasuki("update", "--delay", "1m", code=2).err
    wrong = tasuki("update", "--where-created-after", "noon", "--delay", "1m", code=2)
    assert "where_created_after: must be a time" in wrong.err


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        ([], "there is nothing to update: say what, as with --priority."),
        (["--priority", "hihg"], "priority: must be a number or one of"),
        (["--data", "hello"], "data: is not JSON: "),
        (
            ["--delay", "1h", "--run-at", "2035-01-31"],
            "run_at: cannot be given together with delay",
        ),
        (["--expires", "1h", "--without", "expires"], "expires: cannot be given together with"),
        (["--attempts", "3"], "no such option"),
    ],
)
def test_an_update_that_cannot_be(tasuki: Program, arguments: list[str], answer: str):
    enqueue(tasuki, "email")
    before = job(tasuki, "1")
    assert answer in tasuki("update", "1", *arguments, code=2).err
    assert job(tasuki, "1") == before
