"""Finding the field of a submission in which a byte stands, in text that no parser takes."""

import re

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)
_COLON = re.compile(rb"\s*:")
_POSITION = re.compile(r"\(byte (\d+)\)")
_HIGH, _LOW = rb"\\u[dD][89abAB][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_LONE = re.compile(
    rb"(?<!\\)(?:\\\\)*(?:("
    + _HIGH
    + rb")(?!"
    + _LOW
    + rb")|"
    + _HIGH
    + _LOW
    + rb"|("
    + _LOW
    + rb"))"
)


def position_in(message: str) -> int | None:
    """The byte that a decoder's message names."""
    match = _POSITION.search(message)
    return int(match[1]) if match else None


def lone_surrogate(body: bytes) -> int | None:
    r"""Where the first half of a surrogate pair stands alone, as in `"\ud800"`."""
    for match in _LONE.finditer(body):
        group = 1 if match[1] else 2
        if match[group]:
            return match.start(group)
    return None


def field_at(body: bytes, position: int) -> str | None:
    """The field of a job in which a byte stands, as `data` or `[3].data`.

    None: it stands in no field, or not in an object or an array of objects.
    """
    many = body.lstrip()[:1] == b"["
    job_depth = 2 if many else 1
    depth = index = 0
    field: str | None = None
    for match in _TOKEN.finditer(body):
        if match.start() >= position:
            break
        token = match[0]
        if token in b"[{":
            depth += 1
        elif token in b"]}":
            depth -= 1
            if depth == job_depth - 1:
                index, field = index + 1, None
        elif depth == job_depth and _COLON.match(body, match.end()):
            field = token[1:-1].decode("utf-8", "replace")
    if field is None:
        return None
    return f"[{index}].{field}" if many else field


def deepest_field(body: bytes, limit: int) -> str | None:
    """The field in which arrays and objects are first nested deeper than `limit`."""
    depth = 0
    for match in _TOKEN.finditer(body):
        token = match[0]
        if token in b"[{":
            depth += 1
            if depth > limit:
                return field_at(body, match.start())
        elif token in b"]}":
            depth -= 1
    return None
