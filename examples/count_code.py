"""A worker that counts what is in Python files. Run it with `tasuki up examples/count_code.py`."""

import tokenize
from pathlib import Path

from msgspec import Struct

from tasuki import Backoff, Job, Worker


class SourceFile(Struct):
    path: str


class CountCode(Worker):
    """Counts the lines, words and tokens of one file.

    A file that is not valid Python makes `tokenize` raise: the job fails, is tried again, and in
    the end stays as failed, with its traceback, for people to look at.
    """

    type = "count"
    concurrency = 1  # counting is all CPU, and more threads would only share it
    attempts = 3
    backoff = Backoff.exponential(base=0.5, cap=2)
    timeout = 120

    def process(self, job: Job[SourceFile]) -> dict[str, int]:
        with tokenize.open(job.data.path) as file:
            text = file.read()
        lines = text.splitlines()
        job.log("%s has %d lines", Path(job.data.path).name, len(lines))
        read = iter(text.splitlines(keepends=True)).__next__
        return {
            "lines": len(lines),
            "words": len(text.split()),
            "tokens": sum(1 for _ in tokenize.generate_tokens(read)),
        }
