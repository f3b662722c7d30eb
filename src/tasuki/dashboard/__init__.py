"""The dashboard: static files that talk to the API under `/api/v1`, served at `/` as they are."""

from pathlib import Path

static_dir: Path = Path(__file__).parent / "static"
"""The directory to serve. Its `index.html` is the page; all addresses in it are relative."""
