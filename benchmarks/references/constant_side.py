"""An HTTP application that reads the body and answers a constant, on the server Tasuki uses."""

import asyncio
import sys
from importlib.metadata import version

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks import protocol


async def _answer(request: Request) -> Response:
    await request.body()
    return Response(b'{"id":1,"state":"waiting"}', 201, media_type="application/json")


app = Starlette(routes=[Route("/", _answer, methods=["POST"])])


async def hello() -> dict[str, object]:
    uvicorn = [sys.executable, "-m", "uvicorn", f"{__spec__.name}:app", "--log-level", "warning"]
    return {
        "versions": {name: version(name) for name in ("uvicorn", "starlette")},
        "server": [*uvicorn, "--no-access-log", "--port", "{port}"],
    }


if __name__ == "__main__":
    asyncio.run(protocol.serve({"hello": hello}))
