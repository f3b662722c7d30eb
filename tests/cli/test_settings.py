"""Settings: where they come from, which counts, and how mistakes are told."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tasuki.cli.settings.resolve import Effective, resolve
from tasuki.cli.settings.settings import Settings, keys
from tasuki.cli.settings.sources import Given
from tasuki.model.errors import SettingsError


def flag(name: str, value: object) -> Given:
    word = f"--{name.rpartition('.')[2].replace('_', '-')}"
    return Given(name, value, word, word, Path("/somewhere"))


def settled(
    directory: Path,
    *flags: Given,
    file: str = "",
    environ: Mapping[str, str] | None = None,
    config: Path | None = None,
) -> Effective:
    if file:
        (directory / "tasuki.toml").write_text(file)
    return resolve(flags, environ or {}, directory, config)


def problems(
    directory: Path, *flags: Given, file: str = "", environ: Mapping[str, str] | None = None
) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        settled(directory, *flags, file=file, environ=environ)
    first, *rest = str(caught.value).splitlines()
    if not rest:
        return [first]
    assert first == f"{len(rest)} problems with the settings:"
    return [line.removeprefix("- ") for line in rest]


# ------------------------------------------------------------------------------- what counts


def test_nothing_given_means_the_defaults(tmp_path: Path):
    found = settled(tmp_path)
    assert found.settings == Settings(data_dir=tmp_path / ".tasuki")
    assert found.places == {}


def test_a_flag_counts_more_than_the_environment_and_that_more_than_the_file(tmp_path: Path):
    file = 'namespace = "file"\n[server]\nport = 1\n[worker]\ngrace = "1m"\n'
    environ = {"TASUKI_SERVER_PORT": "2", "TASUKI_NAMESPACE": "environment"}
    found = settled(tmp_path, flag("server.port", "3"), file=file, environ=environ)
    assert found.settings.server.port == 3
    assert found.settings.namespace == "environment"
    assert found.settings.worker.grace == 60
    assert found.places == {
        "server.port": "--port",
        "namespace": "TASUKI_NAMESPACE",
        "worker.grace": "tasuki.toml:5",
    }


def test_every_setting_has_a_place_in_the_file_and_a_name_in_the_environment(tmp_path: Path):
    values = {key.name: key.kind.write(key.default) for key in keys().values()}
    given = {name: value for name, value in values.items() if value not in (None, [])}
    environ = {keys()[name].variable: str(value) for name, value in given.items()}
    file = "".join(f"{name} = {_toml(value)}\n" for name, value in given.items())
    defaults = Settings(data_dir=tmp_path / ".tasuki")
    assert settled(tmp_path, environ=environ).settings == defaults
    found = settled(tmp_path, file=file)
    assert found.settings == defaults
    assert found.places.keys() == given.keys()


def _toml(value: object) -> str:
    return str(value).lower() if isinstance(value, (bool, int)) else f'"{value}"'


def test_the_nearest_file_on_the_way_up_counts_and_marks_the_project(tmp_path: Path):
    (tmp_path / "tasuki.toml").write_text('namespace = "project"\n')
    below = tmp_path / "src" / "deep"
    below.mkdir(parents=True)
    found = settled(below)
    assert found.settings.namespace == "project"
    assert found.settings.data_dir == tmp_path / ".tasuki"
    assert found.places == {"namespace": f"{tmp_path}/tasuki.toml:1"}


def test_a_named_file_counts_in_place_of_the_nearest(tmp_path: Path):
    other = tmp_path / "etc" / "other.toml"
    other.parent.mkdir()
    other.write_text('namespace = "named"\n')
    by_variable = {"TASUKI_CONFIG": "etc/other.toml"}
    for found in (
        settled(tmp_path, file='namespace = "near"', config=other),
        settled(tmp_path, file='namespace = "near"', environ=by_variable),
    ):
        assert found.settings.namespace == "named"
        assert found.settings.data_dir == tmp_path / ".tasuki"


def test_relative_directories_start_where_they_are_written(tmp_path: Path):
    (tmp_path / "tasuki.toml").write_text('data_dir = "data"\n')
    below = tmp_path / "below"
    below.mkdir()
    assert settled(below).settings.data_dir == tmp_path / "data"
    by_variable = settled(below, environ={"TASUKI_DATA_DIR": "data"})
    assert by_variable.settings.data_dir == below / "data"
    by_flag = settled(below, flag("data_dir", "data"))
    assert by_flag.settings.data_dir == Path("/somewhere/data")
    home = settled(below, environ={"TASUKI_DATA_DIR": "~/data"})
    assert home.settings.data_dir == Path.home() / "data"


def test_an_empty_variable_counts_as_not_set(tmp_path: Path):
    assert settled(tmp_path, environ={"TASUKI_URL": "", "TASUKI_NONSENSE": ""}).places == {}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TASUKI_PORT", "tcp://10.0.0.1:16379"),
        ("TASUKI_SERVER_PORT", "tcp://10.0.0.1:16379"),
        ("TASUKI_SERVICE_HOST", "10.0.0.1"),
        ("TASUKI_SERVICE_PORT", "16379"),
        ("TASUKI_SERVER_SERVICE_PORT_HTTP", "16379"),
        ("TASUKI_PORT_16379_TCP_ADDR", "10.0.0.1"),
        ("TASUKI_PIPE", "3"),
    ],
)
def test_what_kubernetes_tells_of_its_neighbours_is_no_setting(
    tmp_path: Path, variable: str, value: str
):
    assert settled(tmp_path, environ={variable: value}).places == {}


# ------------------------------------------------------------------------------- mistakes

OPEN_TO_OTHERS = (
    "others can reach '0.0.0.0', and anyone who does may submit and delete jobs; "
    "use 127.0.0.1, or say insecure if that is meant"
)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('fsync = "sometimes"', "fsync: must be one of always, everysec, no, not 'sometimes'"),
        ('namespace = "a b"', "namespace: must be 1 to 64 of A-Z a-z 0-9 _ . -, not 'a b'"),
        ('namespace = ""', "namespace: must be text, and not empty"),
        ("data_dir = 5", "data_dir: must be the path of a directory, not 5"),
        ('maxmemory = "1mb"', "maxmemory: must be at least 8mb, not '1mb'"),
        (
            'maxmemory = "a lot"',
            "maxmemory: must be a number of bytes, or like 512kb, 64mb, 2gb, not 'a lot'",
        ),
        ('allow_unsafe = "maybe"', "allow_unsafe: must be true or false, not 'maybe'"),
        ("server.port = 65536", "server.port: must be a whole number from 0 to 65535, not 65536"),
        ("server.port = 1.5", "server.port: must be a whole number from 0 to 65535, not 1.5"),
        ("server.port = true", "server.port: must be a whole number from 0 to 65535, not True"),
        (
            "server.allowed_hosts = [1]",
            'server.allowed_hosts: must be a list of texts, such as ["a", "b"] or a,b, not [1]',
        ),
        (
            'worker.grace = "5 parsecs"',
            "worker.grace: must be a number of seconds, or like 30s, 5m, 1h, 7d, not '5 parsecs'",
        ),
        ("worker.grace = -1", "worker.grace: must be at least 0s, not -1"),
        (
            "worker.grace = nan",
            "worker.grace: must be a number of seconds, or like 30s, 5m, 1h, 7d, not nan",
        ),
        ("worker.lease = 0.5", "worker.lease: must be from 1s to 1h, not 0.5"),
        (
            'log.level = "loud"',
            "log.level: must be one of debug, info, warning, error, not 'loud'",
        ),
        ("port = 1", "port: there is no such setting; did you mean server.port?"),
        ("server.prot = 1", "server.prot: there is no such setting; did you mean server.port?"),
        ("colour = 1", "colour: there is no such setting; `tasuki settings` lists them all"),
        ("[colour]", "colour: there is no such setting; `tasuki settings` lists them all"),
        ("server = 1", "server: must be a table, as in [server]"),
        ("retention.failed = 1", "retention.failed: must be a table, as in [retention.failed]"),
        (
            "server.port.x = 1",
            "server.port.x: there is no such setting; did you mean server.port?",
        ),
        (
            'server.host = "0.0.0.0"',
            f"server.host: {OPEN_TO_OTHERS}",
        ),
        (
            'url = "http://user:secret@host"',
            "url: must start with one of valkey://, valkeys://, redis://, rediss://, unix://",
        ),
    ],
    ids=str,
)
def test_a_mistake_in_the_file_names_its_line(tmp_path: Path, line: str, problem: str):
    assert problems(tmp_path, file=f"# a comment\n{line}\n") == [f"tasuki.toml:2: {problem}"]


def test_a_mistake_in_a_table_names_its_line(tmp_path: Path):
    file = '[server]\nhost = "127.0.0.1"\nport = "many"\n\n[log]\n"level" = "loud"\n'
    assert problems(tmp_path, file=file) == [
        "tasuki.toml:3: server.port: must be a whole number from 0 to 65535, not 'many'",
        "tasuki.toml:6: log.level: must be one of debug, info, warning, error, not 'loud'",
    ]


def test_all_problems_of_all_sources_are_told_at_once(tmp_path: Path):
    found = problems(
        tmp_path,
        flag("server.port", "x"),
        file='fsync = "never"\nfoo = 1\n',
        environ={"TASUKI_FSYNC": "later", "TASUKI_GRACE": "1s"},
    )
    assert found == [
        "tasuki.toml:2: foo: there is no such setting; `tasuki settings` lists them all",
        "TASUKI_GRACE: there is no such setting; did you mean TASUKI_WORKER_GRACE?",
        "tasuki.toml:1: fsync: must be one of always, everysec, no, not 'never'",
        "TASUKI_FSYNC: must be one of always, everysec, no, not 'later'",
        "--port: must be a whole number from 0 to 65535, not 'x'",
    ]


def test_what_is_overridden_is_checked_too(tmp_path: Path):
    found = problems(tmp_path, flag("server.port", "1"), file="server.port = -1\n")
    assert found == ["tasuki.toml:1: server.port: must be a whole number from 0 to 65535, not -1"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"port 1", "tasuki.toml: is not TOML: Expected '=' after a key in a key/value pair"),
        (b"# \xff\n", "tasuki.toml: is not text in UTF-8"),
    ],
    ids=["syntax", "encoding"],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes, problem: str):
    (tmp_path / "tasuki.toml").write_bytes(content)
    [found] = problems(tmp_path)
    assert found.startswith(problem)


def test_a_named_file_that_is_not_there(tmp_path: Path):
    environ = {"TASUKI_CONFIG": "nowhere.toml"}
    expected = "nowhere.toml: cannot be read: No such file or directory"
    assert problems(tmp_path, environ=environ) == [expected]


def test_an_address_that_others_can_reach_must_be_meant(tmp_path: Path):
    [problem] = problems(tmp_path, environ={"TASUKI_SERVER_HOST": "0.0.0.0"})
    assert problem.startswith("TASUKI_SERVER_HOST: others can reach '0.0.0.0'")
    meant = {"TASUKI_SERVER_HOST": "0.0.0.0", "TASUKI_SERVER_INSECURE": "yes"}
    assert settled(tmp_path, environ=meant).settings.server.host == "0.0.0.0"


def test_a_flag_that_could_have_no_effect_is_refused(tmp_path: Path):
    url = {"TASUKI_URL": "valkey://elsewhere"}
    assert problems(tmp_path, flag("fsync", "no"), environ=url) == [
        "--fsync: is for the store that Tasuki runs by itself, and a url names another one"
    ]
    assert settled(tmp_path, file='fsync = "no"\n', environ=url).settings.fsync == "no"


def test_a_password_is_never_shown(tmp_path: Path):
    found = problems(tmp_path, flag("url", "nonsense://user:secret@host"))
    assert "secret" not in "".join(found)


@pytest.mark.parametrize(
    "setting",
    ["server.body_limit", "data_limit", "maxmemory", "worker.grace", "worker.lease", "server.port"],
)
@pytest.mark.parametrize("digits", [400, 5_000])
def test_numbers_of_many_digits_are_refused_and_no_defect(
    tmp_path: Path, setting: str, digits: int
):
    assert problems(tmp_path, flag(setting, "9" * digits))
    section, _, name = setting.rpartition(".")
    table = f"[{section}]\n" if section else ""
    assert problems(tmp_path, file=f"{table}{name} = {'9' * digits}\n")


def test_the_largest_job_has_a_limit(tmp_path: Path):
    assert settled(tmp_path).settings.data_limit == 2**20
    assert settled(tmp_path, file='data_limit = "16mb"\n').settings.data_limit == 2**24
    assert problems(tmp_path, flag("data_limit", "17mb")) == [
        "--data-limit: must be from 1b to 16mb, not '17mb'"
    ]
