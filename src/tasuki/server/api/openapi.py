"""The OpenAPI 3.1 document, made from the table of operations and the types that are sent."""

import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import msgspec

from tasuki.model.rules import PRINTABLE
from tasuki.model.values.names import LONGEST_TYPE_BYTES
from tasuki.server.api.described import described_body
from tasuki.server.api.operations import Header, Operation
from tasuki.server.http.answers import Problem
from tasuki.server.http.problems import KINDS, MEDIA_TYPE
from tasuki.server.http.replies import MEDIA_TYPE as JSON
from tasuki.wire.ids import LARGEST_ID

_PARAMETER = re.compile(r"\{(\w+)\}")
_PATH_SCHEMAS: Mapping[str, Mapping[str, Any]] = {
    "id": {"type": "integer", "minimum": 1, "maximum": LARGEST_ID},
    "type": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_TYPE_BYTES,
        "pattern": PRINTABLE,
    },
}
_COMMON = ("host", "invalid")
_OF_THE_STORE = (
    "store",
    "store_unavailable",
    "store_read_only",
    "store_refused",
    "store_unsafe",
    "layout",
)
_WITHOUT_STORE = ("/live", "/states")


def document(operations: Sequence[Operation]) -> dict[str, Any]:
    """The document as a plain value."""
    queries = [operation.query for operation in operations if operation.query is not None]
    bodies = {each.body: described_body(each.body) for each in operations if each.body is not None}
    kinds = [*bodies.values(), Problem, *queries, *_kinds(operations)]
    schemas, components = msgspec.json.schema_components(
        kinds, ref_template="#/components/schemas/{name}"
    )
    of = dict(zip(kinds, schemas, strict=True))
    of |= {kind: of[body] for kind, body in bodies.items()}
    for kind in _kinds(operations):
        components[kind.__name__]["required"] = _always_sent(kind)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        described = _operation(operation, of, components)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    for query in queries:
        components.pop(query.__name__, None)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Tasuki", "version": _version(), "license": {"name": "MIT"}},
        "paths": paths,
        "components": {"schemas": components},
    }


def _version() -> str:
    try:
        return version("tasuki")
    except PackageNotFoundError:
        return "0"  # a source tree that was never installed


def _kinds(operations: Sequence[Operation]) -> Iterable[Any]:
    for operation in operations:
        for kind in operation.answers.values():
            if isinstance(kind, tuple):
                yield from kind
            elif kind is not None and not isinstance(kind, str):
                yield kind


def _always_sent(kind: type[msgspec.Struct]) -> list[str]:
    """What an answer holds whether or not it has a default, unless defaults are left out."""
    fields = msgspec.structs.fields(kind)
    if kind.__struct_config__.omit_defaults:
        return [field.name for field in fields if field.required]
    return [field.name for field in fields if field.default is not msgspec.UNSET]


def _operation(
    operation: Operation, of: Mapping[Any, Any], components: Mapping[str, Any]
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": _name(operation),
        "summary": operation.summary,
        "responses": _responses(operation, of),
    }
    parameters = [
        *_path_parameters(operation.path),
        *_query_parameters(operation.query, components),
        *(_parameter("header", header.name, header) for header in operation.headers),
    ]
    if parameters:
        described["parameters"] = parameters
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": of[operation.body]}},
        }
    return described


def _name(operation: Operation) -> str:
    parts = [part for part in operation.path.split("/") if part and part not in ("api", "v1")]
    words = [operation.method.lower(), *(part.strip("{}") for part in parts)]
    # Health is also served outside of the API: names must be unique.
    return "_".join(words if operation.path.startswith("/api") else ["root", *words])


def _responses(operation: Operation, of: Mapping[Any, Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, kind in operation.answers.items():
        responses[str(status)] = _answer(kind, of, operation.answer_headers)
    for status, codes in _problems(operation).items():
        answer = responses.setdefault(str(status), {"description": "", "content": {}})
        texts = [answer["description"], *(f"`{code}`: {KINDS[code].title}." for code in codes)]
        answer["description"] = " ".join(text for text in texts if text)
        answer["content"][MEDIA_TYPE] = {"schema": of[Problem]}
        if any(KINDS[code].retry_after for code in codes):
            answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return dict(sorted(responses.items()))


def _answer(kind: Any, of: Mapping[Any, Any], headers: Iterable[Header]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": "As asked.", "content": {}}
    if isinstance(kind, str):
        answer["content"] = {kind: {"schema": {"type": "string"}}}
    elif isinstance(kind, tuple):
        answer["content"] = {JSON: {"schema": {"anyOf": [of[each] for each in kind]}}}
    elif kind is not None:
        answer["content"] = {JSON: {"schema": of[kind]}}
    else:
        del answer["content"]
    described = {h.name: {"description": h.description, "schema": h.schema} for h in headers}
    return answer | {"headers": described} if described else answer


def _problems(operation: Operation) -> dict[int, list[str]]:
    codes = [*_COMMON, *operation.problems]
    if not operation.path.endswith(_WITHOUT_STORE):
        codes += _OF_THE_STORE
    if operation.method not in ("GET", "HEAD"):
        codes.append("cross_site")
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(KINDS[code].status, []).append(code)
    return by_status


def _path_parameters(path: str) -> Iterable[dict[str, Any]]:
    for name in _PARAMETER.findall(path):
        yield {"name": name, "in": "path", "required": True, "schema": _PATH_SCHEMAS[name]}


def _query_parameters(
    query: type[Any] | None, components: Mapping[str, Any]
) -> Iterable[dict[str, Any]]:
    if query is None:
        return
    schema = components[query.__name__]
    for name, described in schema["properties"].items():
        yield {"name": name, "in": "query", "required": False, "schema": described}


def _parameter(place: str, name: str, header: Header) -> dict[str, Any]:
    return {
        "name": name,
        "in": place,
        "required": False,
        "description": header.description,
        "schema": header.schema,
    }
