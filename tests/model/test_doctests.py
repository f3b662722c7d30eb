"""The examples in the docstrings of `model` and `wire` are true."""

import doctest
import importlib
import pkgutil

import pytest

import tasuki.model
import tasuki.wire

MODULES = [
    module.name
    for package in (tasuki.model, tasuki.wire)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]


@pytest.mark.parametrize("name", MODULES, ids=str)
def test_examples(name: str):
    results = doctest.testmod(importlib.import_module(name))
    assert results.failed == 0


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    found = [test for name in MODULES for test in finder.find(importlib.import_module(name))]
    assert sum(len(test.examples) for test in found) >= 5
