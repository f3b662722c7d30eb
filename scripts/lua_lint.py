"""Checks the Lua scripts: `python scripts/lua_lint.py`.

What it finds: syntax errors, names that are neither local nor in an included part nor given by the
store, globals and locals of another part that are written, and locals that nobody reads.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import singledispatchmethod
from pathlib import Path

from luaparser import ast
from luaparser.astnodes import (
    AnonymousFunction,
    Assign,
    Block,
    Field,
    Forin,
    Fornum,
    Function,
    Index,
    IndexNotation,
    Invoke,
    LocalAssign,
    LocalFunction,
    Name,
    Node,
    Repeat,
)

LUA = Path(__file__).resolve().parent.parent / "src/tasuki/store/lua"
GIVEN = {
    "_G", "cmsgpack", "ipairs", "math", "next", "pairs", "rawget", "redis", "string", "table",
    "tonumber", "tostring", "type", "unpack",
}  # fmt: skip
"""What a store has for scripts, as far as it is used."""
WRAPPING = {"serve"}
"""What a script is wrapped in reads these (store/link/scripts.py)."""
NO_CODE = {"comments", "_first_token", "_last_token"}
INCLUDE = re.compile(r"^--@include (\w+)$", re.MULTILINE)


class File:
    """One file: what it declares outside of functions, and which names it reads from elsewhere."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_part = path.parent.name == "lib"
        text = path.read_text("utf-8")
        self.includes = INCLUDE.findall(text)
        self.findings: list[tuple[int, str]] = []
        self.outside: dict[str, int] = {}
        self.written: dict[str, int] = {}
        self.top: dict[str, int] = {}
        self._line = 0
        self._scopes: list[dict[str, int]] = []
        self._used: list[set[str]] = []
        try:
            tree = ast.parse(re.sub(r"^#!.*", "", text))
        except ast.SyntaxException as error:
            self.findings.append((0, str(error)))
            return
        with self._scope() as names:
            if not self.is_part:
                self._declare("request", 0)
                self._used[-1].add("request")
            for statement in tree.body.body:
                self._visit(statement)
            self.top = dict(names)
            self.read = set(self._used[-1])

    @contextmanager
    def _scope(self) -> Iterator[dict[str, int]]:
        names: dict[str, int] = {}
        self._scopes.append(names)
        self._used.append(set())
        yield names
        if len(self._scopes) > 1 or not self.is_part:
            for name, line in names.items():
                if name not in self._used[-1] and name != "_":
                    self.findings.append((line, f"{name} is never read"))
        self._scopes.pop()
        self._used.pop()

    def _declare(self, name: str, line: int) -> None:
        self._scopes[-1][name] = line

    def _depth(self, name: str) -> int | None:
        return next(
            (n for n in reversed(range(len(self._scopes))) if name in self._scopes[n]), None
        )

    def _read(self, node: Name) -> None:
        depth = self._depth(node.id)
        if depth is None:
            self.outside.setdefault(node.id, self._line)
        else:
            self._used[depth].add(node.id)

    def _visit(self, node: object) -> None:
        # A bare name does not know its line.
        self._line = getattr(node, "line", None) or self._line
        self._look(node)

    @singledispatchmethod
    def _look(self, node: object) -> None:
        """Look into a node; what is no node has nothing to look into."""

    @_look.register
    def _(self, node: list) -> None:
        for each in node:
            self._visit(each)

    @_look.register
    def _(self, node: Node) -> None:
        for name, value in vars(node).items():
            if name not in NO_CODE:
                self._visit(value)

    @_look.register
    def _(self, node: Name) -> None:
        self._read(node)

    @_look.register
    def _(self, node: Block) -> None:
        with self._scope():
            self._visit(node.body)

    @_look.register
    def _(self, node: Repeat) -> None:
        with self._scope():
            self._visit([node.body.body, node.test])

    @_look.register
    def _(self, node: LocalAssign) -> None:
        self._visit(node.values)
        for target in node.targets:
            self._declare(target.id, node.line)

    @_look.register
    def _(self, node: Assign) -> None:
        self._visit(node.values)
        for target in node.targets:
            if not isinstance(target, Name):
                self._visit(target)
            elif self._depth(target.id) is None:
                self.written[target.id] = node.line

    @_look.register
    def _(self, node: LocalFunction) -> None:
        self._declare(node.name.id, node.line)
        self._function(node)

    @_look.register
    def _(self, node: AnonymousFunction) -> None:
        self._function(node)

    @_look.register
    def _(self, node: Function) -> None:
        self.findings.append((node.line, "a function that is not local"))
        self._function(node)

    @_look.register
    def _(self, node: Fornum) -> None:
        self._visit([node.start, node.stop, node.step])
        self._loop([node.target], node)

    @_look.register
    def _(self, node: Forin) -> None:
        self._visit(node.iter)
        self._loop(node.targets, node)

    @_look.register
    def _(self, node: Index) -> None:
        self._visit(node.value)
        if node.notation is IndexNotation.SQUARE:
            self._visit(node.idx)

    @_look.register
    def _(self, node: Field) -> None:
        self._visit(node.value)
        if node.between_brackets:
            self._visit(node.key)

    @_look.register
    def _(self, node: Invoke) -> None:
        self._visit([node.source, node.args])

    def _function(self, node: LocalFunction | AnonymousFunction | Function) -> None:
        with self._scope():
            for argument in node.args:
                if isinstance(argument, Name):
                    self._declare(argument.id, node.line)
                    # One that is not needed keeps the others in their places.
                    self._used[-1].add(argument.id)
            self._visit(node.body.body)

    def _loop(self, targets: list[Name], node: Fornum | Forin) -> None:
        with self._scope():
            for target in targets:
                self._declare(target.id, node.line)
            self._visit(node.body.body)


def lint(folder: Path = LUA) -> list[str]:
    """What is wrong with the scripts of a folder, a line for each."""
    verbs = [File(path) for path in sorted(folder.glob("*.lua"))]
    parts = {path.stem: File(path) for path in sorted(folder.glob("lib/*.lua"))}
    wanted: dict[str, set[str]] = {name: set(WRAPPING) for name in parts}
    for file in (*verbs, *parts.values()):
        within = _reach(file, parts)
        home = {name: part for part in within for name in parts[part].top}
        for name, line in file.outside.items():
            if name in home:
                wanted[home[name]].add(name)
            elif name not in GIVEN:
                file.findings.append((line, f"{name} is not known here"))
        for name, line in file.written.items():
            where = f"a local of lib/{home[name]}" if name in home else "a global"
            file.findings.append((line, f"{name} is written, which is {where}"))
    for name, part in parts.items():
        for local, line in part.top.items():
            if local not in wanted[name] and local not in part.read:
                part.findings.append((line, f"{local} is never read"))
    return [
        f"{file.path.relative_to(folder)}:{line}: {what}"
        for file in (*verbs, *parts.values())
        for line, what in sorted(file.findings)
    ]


def _reach(file: File, parts: dict[str, File]) -> set[str]:
    found: set[str] = set()
    left = list(file.includes)
    while left:
        name = left.pop()
        if name not in found and name in parts:
            found.add(name)
            left += parts[name].includes
    return found


def main() -> int:
    """Print what is wrong. Gives 1 if there is anything."""
    findings = lint()
    print("\n".join(findings) or "The scripts are in order.")
    return min(1, len(findings))


if __name__ == "__main__":
    sys.exit(main())
