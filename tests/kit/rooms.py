"""The rooms of the package, which of them import which, and in which order they may.

    PYTHONPATH=tests python -m kit.rooms

prints how many rooms, arrows and circles there are. A room is a folder or module of src/consentkit, or of one of its
folders; an arrow leads from a room to another that it imports; rooms that reach each other by arrows form a circle.

Guarantees: each import counts, also one in a function, one for the types alone, and one by a name in a string:
`consentkit.room.module`, `consentkit.room.module:Name`, or `room.module` where f"consentkit.{...}" is written. Nothing
of the package is loaded.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

PROJECT = Path(__file__).parents[2]
SOURCE = PROJECT / "src"
PACKAGE = "consentkit"
TABLES = {PACKAGE: "room", f"{PACKAGE}.pdf": "room of pdf"}
"""The folders whose rooms docs/development.md lists in their order, with the heads of the tables."""

Kind = Literal["at once", "in a function", "for types"]
Arrow = tuple[str, str]


@dataclass(frozen=True)
class Import:
    """One import of a module of the package by another."""

    importer: str
    imported: str
    line: int
    kind: Kind = "at once"

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


def modules_of(source: Path) -> dict[str, Path]:
    """The modules of the package by their dotted names. `source` holds the package's folder."""
    return {_dotted(path.relative_to(source)): path for path in sorted((source / PACKAGE).rglob("*.py"))}


def read_imports(source: Path = SOURCE) -> list[Import]:
    """Every import of a module of the package by another one."""
    modules = modules_of(source)
    return [
        found
        for name, path in modules.items()
        for found in _Reader(name, modules).read(path.read_text(encoding="utf-8"))
        if found.imported != name
    ]


_DOTTED = re.compile(r"\w+(\.\w+)*(:\w+(\.\w+)*)?")


class _Reader:
    """Finds the imports in one module."""

    def __init__(self, name: str, modules: Mapping[str, Path]) -> None:
        self._name, self._modules = name, modules
        self._prefixes: set[str] = set()
        self._package = name if modules[name].name == "__init__.py" else name.rpartition(".")[0]

    def read(self, text: str) -> Iterator[Import]:
        """The imports in the module's text."""
        tree = ast.parse(text)
        begun = (node.values[0] for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) and node.values)
        texts = (each.value for each in begun if isinstance(each, ast.Constant))
        self._prefixes = {text for text in texts if isinstance(text, str) and text.startswith(f"{PACKAGE}.")}
        return self.imports_of(tree)

    def imports_of(self, node: ast.AST, kind: Kind = "at once") -> Iterator[Import]:
        """The imports below a node of the syntax tree."""
        below = _kind_below(node, kind)
        only_for_types = _only_for_types(node)
        for child in ast.iter_child_nodes(node):
            own = "for types" if child in only_for_types else below
            for name in self._names(child):
                yield Import(self._name, name, getattr(child, "lineno", 0), own)
            yield from self.imports_of(child, own)

    def _names(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in self._modules)
        elif isinstance(node, ast.ImportFrom):
            base = self._base(node)
            if base in self._modules:
                whole = (f"{base}.{alias.name}" for alias in node.names)
                yield from dict.fromkeys(name if name in self._modules else base for name in whole)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from self._named_in(node.value)

    def _named_in(self, text: str) -> Iterator[str]:
        """The module that a string names: whole, with a name in it, or without the beginning that is put before it."""
        for prefix in ("", *self._prefixes):
            steps = re.split(r"[.:]", prefix + text) if _DOTTED.fullmatch(text) else []
            longest = (".".join(steps[:count]) for count in range(len(steps), max(1, prefix.count(".")), -1))
            if name := next((name for name in longest if name in self._modules), None):
                yield name
                return

    def _base(self, node: ast.ImportFrom) -> str:
        """The module that is imported from, also where it is written with dots only."""
        if not node.level:
            return node.module or ""
        above = self._package.split(".")[: len(self._package.split(".")) - node.level + 1]
        return ".".join([*above, *([node.module] if node.module else [])])


def _kind_below(node: ast.AST, kind: Kind) -> Kind:
    if kind == "at once" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return "in a function"
    return kind


def _only_for_types(node: ast.AST) -> Sequence[ast.AST]:
    """The statements of an `if TYPE_CHECKING` that never run: those after its `else` do, and those of an `if not`."""
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return node.body
        case ast.If(test=ast.UnaryOp(op=ast.Not(), operand=ast.Name(id="TYPE_CHECKING"))):
            return node.orelse
        case _:
            return ()


def room_of(module: str, folder: str = PACKAGE) -> str | None:
    """The room of a module within a folder; None for a module that is elsewhere. The package is a room of itself."""
    if module == folder:
        return PACKAGE if folder == PACKAGE else None
    return module[len(folder) + 1 :].split(".", maxsplit=1)[0] if module.startswith(f"{folder}.") else None


def rooms_of(modules: Iterable[str], folder: str = PACKAGE) -> set[str]:
    """The rooms of a folder."""
    return {room for module in modules if (room := room_of(module, folder))}


def arrows_of(imports: Iterable[Import], folder: str = PACKAGE) -> dict[Arrow, list[Import]]:
    """The arrows between the rooms of a folder, each with its imports."""
    arrows: dict[Arrow, list[Import]] = defaultdict(list)
    for found in imports:
        here, there = room_of(found.importer, folder), room_of(found.imported, folder)
        if here and there and here != there:
            arrows[here, there].append(found)
    return dict(arrows)


def circles_of(arrows: Iterable[Arrow]) -> list[tuple[str, ...]]:
    """The circles: each two that lead to each other, and each larger group that does so without such a pair."""
    known = set(arrows)
    pairs = sorted((one, other) for one, other in known if one < other and (other, one) in known)
    paired = {name for pair in pairs for name in pair}
    groups = {group for group in _groups(known) if not paired & set(group)}
    return [*pairs, *sorted(groups)]


def _groups(arrows: Iterable[Arrow]) -> Iterator[tuple[str, ...]]:
    """All groups of which each member can be reached from each other."""
    following: dict[str, set[str]] = defaultdict(set)
    for here, there in arrows:
        following[here].add(there)
    reached = {start: _reached(start, following) for start in list(following)}
    for start, names in reached.items():
        if start in names:
            yield tuple(sorted(name for name in names if start in reached.get(name, ())))


def _reached(start: str, following: Mapping[str, Iterable[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        fresh = set(following.get(waiting.pop(), ())) - reached
        reached |= fresh
        waiting += fresh
    return reached


def order_of(page: str, folder: str = PACKAGE) -> list[str]:
    """The rooms of a folder in the order of their table on a page: row by row, and in a row from the left."""
    rows = page.split(f"\n| {TABLES[folder]} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    return [room for row in rows for room in re.findall(r"`(\w+)`", row.split("|")[1])]


def backward(arrows: Mapping[Arrow, Sequence[Import]], order: Sequence[str]) -> list[str]:
    """The imports that lead to a room which is not above that of the importer."""
    place = {room: index for index, room in enumerate(order)}
    wrong = (found for (here, there), found in arrows.items() if place[there] >= place[here])
    return sorted(str(each) for found in wrong for each in found)


def into_faces(imports: Iterable[Import], faces: Iterable[str]) -> list[str]:
    """The imports of a face's inner modules by another face."""
    among = set(faces)
    return [
        str(found)
        for found in imports
        if {room_of(found.importer), room_of(found.imported)} <= among
        and room_of(found.importer) != room_of(found.imported)
        and found.imported not in (PACKAGE, f"{PACKAGE}.{room_of(found.imported)}")
    ]


def past_operations(imports: Iterable[Import], faces: Iterable[str], allowed: Iterable[str]) -> dict[str, set[str]]:
    """What the modules of faces use of rooms that are not for faces, by module. Imports for types alone are no use."""
    apart = {*faces, *allowed}
    used: dict[str, set[str]] = defaultdict(set)
    for found in imports:
        if found.kind != "for types" and room_of(found.importer) in faces and room_of(found.imported) not in apart:
            used[found.importer].add(found.imported)
    return dict(used)


_OUTLETS = {
    "sys": {"exit", "stdout", "stderr", "stdin", "__stdout__", "__stderr__", "__stdin__"},
    "os": {"_exit"},
    "logging": {"basicConfig", "critical", "debug", "error", "exception", "info", "log", "warn", "warning"},
}
_SPEAKING = {"print", "input", "exit", "quit", "SystemExit"}


def outlets(text: str) -> set[str]:
    """By what a module's text prints, asks or exits, such as `print` or `sys.exit`, whatever it calls the module."""
    tree = ast.parse(text)
    modules = dict(_called(tree))
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in _SPEAKING:
            used.add(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            module = modules.get(node.value.id, node.value.id)
            used |= {f"{module}.{node.attr}"} & _names_of_outlets()
        elif isinstance(node, ast.ImportFrom) and node.module:
            used |= {f"{node.module}.{alias.name}" for alias in node.names} & _names_of_outlets()
            used |= {"click"} if node.module.split(".")[0] == "click" else set()
        elif isinstance(node, ast.Import):
            used |= {"click"} if any(alias.name.split(".")[0] == "click" for alias in node.names) else set()
        if isinstance(node, ast.Call) and _writes_to_a_stream(node, modules):
            used.add("os.write")
    return used


def _called(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Names in a module's text, each with what it stands for: `s` with `sys`, `put` with `os.write`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.asname, alias.name) for alias in node.names if alias.asname)
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _writes_to_a_stream(call: ast.Call, modules: Mapping[str, str]) -> bool:
    """Whether a call is `os.write` to stdout or stderr; a descriptor that has a name is that of a file."""
    name = ast.unparse(call.func)
    first, _, rest = name.partition(".")
    name = ".".join(filter(None, (modules.get(first, first), rest)))
    return name == "os.write" and bool(call.args) and ast.unparse(call.args[0]) in {"1", "2"}


def _names_of_outlets() -> set[str]:
    return {f"{module}.{name}" for module, names in _OUTLETS.items() for name in names}


def _dotted(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _report(source: Path) -> Iterator[str]:
    modules, imports = modules_of(source), read_imports(source)
    for folder in TABLES:
        arrows = arrows_of(imports, folder)
        circles = circles_of(arrows)
        rooms = len(rooms_of(modules, folder))
        yield f"{folder}: {rooms} rooms, {len(arrows)} arrows, {len(circles)} circles {circles or ''}".rstrip()
    between = {(found.importer, found.imported) for found in imports}
    circles = circles_of(between)
    kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(found.kind for found in imports).items())
    yield f"modules: {len(modules)}, {len(between)} arrows, {len(circles)} circles {circles or ''}".rstrip()
    yield f"imports: {len(imports)} ({kinds})"


if __name__ == "__main__":
    print("\n".join(_report(Path(sys.argv[1]) if sys.argv[1:] else SOURCE)))
