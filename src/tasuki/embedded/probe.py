"""What a running server says about itself."""

from dataclasses import dataclass
from pathlib import Path

from tasuki.embedded.resp import NoAnswerError, RefusedError, Reply, ask


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a server has read its data: bytes, and seconds that it expects to need still."""

    loaded: int
    total: int
    eta: float


@dataclass(frozen=True, slots=True)
class ServerState:
    """One look at a server. `version` reads `valkey 9.1.2`; `loading` is None once it serves."""

    version: str
    pid: int
    fsync: str
    loading: Progress | None
    rewriting: bool
    rewrite_failed: bool


async def observe(socket: Path) -> ServerState:
    """Ask the server at `socket` how it is.

    Raises:
        NoAnswerError: nobody answers, or the server answers that it cannot say now.
    """
    try:
        info = str(await ask(socket, "INFO"))
        return _state(info, await ask(socket, "CONFIG", "GET", "appendfsync"))
    except RefusedError as refusal:
        raise NoAnswerError(str(refusal)) from refusal
    except (KeyError, ValueError) as error:
        raise NoAnswerError(f"not a store: it lacks or garbles {error}") from error


def _state(info: str, policy: Reply) -> ServerState:
    fields = dict(line.split(":", 1) for line in info.splitlines() if ":" in line)
    # Valkey reports a Redis version too, for old clients: only its own tells it apart.
    name = "valkey" if "valkey_version" in fields else "redis"
    loading = None
    if fields["loading"] == "1":
        loading = Progress(
            loaded=int(fields["loading_loaded_bytes"]),
            total=int(fields["loading_total_bytes"]),
            eta=float(fields["loading_eta_seconds"]),
        )
    match policy:
        case [_, str(fsync)]:
            return ServerState(
                version=f"{name} {fields[f'{name}_version']}",
                pid=int(fields["process_id"]),
                fsync=fsync,
                loading=loading,
                rewriting="1"
                in (fields["aof_rewrite_in_progress"], fields["aof_rewrite_scheduled"]),
                rewrite_failed=fields["aof_last_bgrewrite_status"] != "ok",
            )
        case _:
            raise ValueError("its fsync policy")
