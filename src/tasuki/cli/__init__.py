"""The command line. The only place that reads settings; it wires everything below."""

from tasuki.cli.entry import main

__all__ = ["main"]
