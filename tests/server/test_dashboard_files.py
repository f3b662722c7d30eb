"""The files of the dashboard, as they are served."""

import httpx
import pytest


async def test_the_page_is_at_the_root(http: httpx.AsyncClient) -> None:
    for path in ("/", "/index.html"):
        response = await http.get(path)
        assert response.status_code == 200
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert b"<title>" in response.content


@pytest.mark.parametrize(
    ("path", "content_type"), [("/api.js", "text/javascript"), ("/mark.svg", "image/svg+xml")]
)
async def test_files_have_their_types(
    http: httpx.AsyncClient, path: str, content_type: str
) -> None:
    """Browsers believe them, because of `nosniff`."""
    response = await http.get(path)
    found = response.headers["content-type"].partition(";")[0]
    assert found in (content_type, content_type.replace("text/", "application/"))


async def test_an_unchanged_file_is_not_sent_again(http: httpx.AsyncClient) -> None:
    first = await http.get("/api.js")
    assert first.headers["cache-control"] == "no-cache"
    again = await http.get("/api.js", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path",
    [
        *("/../__init__.py", "/%2e%2e/__init__.py", "/..%2f__init__.py", "/%2e%2e%2f__init__.py"),
        *("/vendor/../../__init__.py", "/%5c..%5c__init__.py", "//etc/passwd", "/%2fetc%2fpasswd"),
        *("/nope.js", "/vendor", "/vendor/", "/index.html%00.js", "/" + "x" * 300),
    ],
)
async def test_nothing_else_is_served(wire: httpx.AsyncClient, path: str) -> None:
    url = httpx.URL(wire.base_url).copy_with(raw_path=path.encode())
    response = await wire.get(url)
    assert response.status_code == 404
    assert list(response.json()) == ["error"]


async def test_nothing_can_be_put_there(http: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "DELETE"):
        assert (await http.request(method, "/api.js")).status_code == 404
