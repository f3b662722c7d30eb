"""The page of the HTTP API, from the document that the server gives of itself."""

from collections.abc import Mapping
from typing import Any

from tasuki.client import Client
from tasuki.model.settings.server import ServerOptions
from tasuki.server.api.openapi import document
from tasuki.server.app import Services, all_operations
from tasuki.server.events.hub import EventHub
from tasuki.server.http.patience import Patience
from tasuki.store.health import Health
from tasuki.store.store import Store

HEAD = """# The HTTP API

Made from the server's own table by `make pages`. `GET /api/v1/openapi.json` has it with all types,
as OpenAPI 3.1. Problems are answered as `application/problem+json`, with a `code` for programs and
a `title` and `detail` for people. A `GET` changes nothing.
"""


def page() -> str:
    """The whole page."""
    paths: Mapping[str, Mapping[str, Any]] = _document()["paths"]
    return HEAD + "".join(
        _operation(method, path, operation)
        for path, methods in paths.items()
        for method, operation in methods.items()
    )


def _document() -> Mapping[str, Any]:
    store = Store("unix:///nowhere")
    client = Client(store)
    services = Services(client, Health(store), EventHub(store.feed(), store.feed()), Patience())
    return document(all_operations(services, ServerOptions()))


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    parts = [f"\n## `{method.upper()} {path}`\n", f"{operation['summary']}.\n"]
    if rows := "".join(_parameter(found) for found in operation.get("parameters", ())):
        parts.append(f"| parameter | in | |\n|---|---|---|\n{rows}")
    answers: Mapping[str, Any] = operation["responses"]
    rows = "".join(
        f"| {status} | {answer['description'].replace(chr(10), ' ')} |\n"
        for status, answer in answers.items()
    )
    parts.append(f"| answer | |\n|---|---|\n{rows}")
    return "\n".join(parts)


def _parameter(parameter: Mapping[str, Any]) -> str:
    description = parameter.get("description", "").replace("\n", " ")
    return f"| `{parameter['name']}` | {parameter['in']} | {description} |\n"
