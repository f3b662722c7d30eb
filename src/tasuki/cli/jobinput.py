"""What `tasuki enqueue` is given, from text to what the client takes."""

from datetime import datetime
from pathlib import Path

import msgspec

from tasuki.cli.terminal.streams import read_input
from tasuki.model.backoff import BackoffRule, ExponentialBackoff, FixedBackoff
from tasuki.model.errors import InvalidError, PayloadError
from tasuki.model.kinds.kinds import Duration
from tasuki.wire.payload import check


def read_data(text: str | None) -> msgspec.Raw | None:
    """The JSON of a job's data: the text itself, `@FILE`, or `-` for standard input.

    Raises:
        InvalidError: naming the field `data`.
    """
    if text is None:
        return None
    if text == "-":
        return _json(read_input(), "standard input")
    if text.startswith("@"):
        try:
            return _json(Path(text[1:]).read_bytes(), text[1:])
        except OSError as error:
            raise InvalidError(f"cannot read {text[1:]}: {error.strerror}", field="data") from error
    return _json(text.encode("utf-8", "surrogateescape"), None)


def _json(text: bytes, source: str | None) -> msgspec.Raw:
    try:
        check(text)
    except PayloadError as error:
        hint = f" (read from {source})" if source else "; a text needs its quotes: '\"like this\"'"
        raise PayloadError(f"{error.message}{hint}", field="data") from error
    return msgspec.Raw(text)


def read_time(text: str, field: str) -> datetime:
    """An aware time. One without a zone is in that of this machine.

    Raises:
        InvalidError: naming `field`.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InvalidError(
            f"must be a time such as 2027-01-31T08:00+01:00, not {text!r}", field=field
        ) from None
    try:
        return moment if moment.tzinfo else moment.astimezone()
    except (OverflowError, ValueError):
        raise InvalidError(
            f"{text} is at the end of the calendar, where this time zone has no times", field=field
        ) from None


def read_priority(text: str) -> int | float | str:
    """A number where it is one, else a name. Whether it is a known one, others say."""
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def read_backoff(text: str, field: str) -> BackoffRule:
    """`5s` is a fixed delay, `1s,10s,1m` a list of them; the rest is JSON, as in the HTTP API.

    Raises:
        InvalidError: naming `field`.
    """
    if text.lstrip().startswith(("{", "[")):
        try:
            return msgspec.json.decode(
                text, type=FixedBackoff | ExponentialBackoff | tuple[float, ...]
            )
        except msgspec.ValidationError as error:
            raise InvalidError(str(error), field=field) from error
        except msgspec.DecodeError as error:
            raise InvalidError(f"is not JSON: {error}", field=field) from error
    try:
        delays = tuple(Duration().read(part) for part in text.split(","))
    except ValueError as error:
        raise InvalidError(f"{error}, or several with commas, or JSON", field=field) from error
    return FixedBackoff(delay=delays[0]) if len(delays) == 1 else delays
