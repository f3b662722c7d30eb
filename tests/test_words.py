"""One word for one thing."""

import ast
from collections import Counter
from pathlib import Path

import tasuki

SOURCES = sorted(Path(tasuki.__file__).parent.rglob("*.py"))


def test_no_class_is_called_as_another_one():
    nodes = (node for page in SOURCES for node in ast.walk(ast.parse(page.read_text())))
    names = Counter(node.name for node in nodes if isinstance(node, ast.ClassDef))
    assert [name for name, times in names.items() if times > 1] == []
