"""What Python code imports, read from its source without running it."""

import ast
import os
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

__all__ = ["Imports", "files_below", "imports_of", "modules_of", "sub_packages"]

_INIT, _CACHE = "__init__", "__pycache__"
_PYTHONS_OWN = sys.stdlib_module_names | {"__main__"}
_BY_NAME = frozenset({b"import_module", b"__import__", b"run_module", b"run_path"})
_TEXT = re.compile(
    rb'"""[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"""'
    rb"|'''[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'''"
    rb'|"(?:[^"\\\n]|\\[\s\S])*"'
    rb"|'(?:[^'\\\n]|\\[\s\S])*'"
    rb"|#[^\n]*"
)
"""Strings and comments."""
_STATEMENT = re.compile(
    rb"^[ \t]*((?:from[ \t]+[.\w]+[ \t]+)?import[ \t]+(?:\([^()]*\)|[^\n\\()]+))[ \t]*$",
    re.MULTILINE,
)
_IMPORT = re.compile(rb"\bimport\b")
_MISLEADING = re.compile(
    rb"\\\r?\n|\r(?!\n)"
    rb"|\A(?:[^\n]*\n)?[ \t\f]*#[^\n]*coding[:=]"
    rb'|[fFtT][rR]?(?:"""|"(?:[^"\\\n]|\\.)*\{[^"}\n]*")'
    rb"|[fFtT][rR]?(?:'''|'(?:[^'\\\n]|\\.)*\{[^'}\n]*')"
)
"""Lines that go on or end unusually, a stated encoding, and f-strings that may hold the same quotes
again: what the patterns above would misread."""
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""Fields of the syntax tree's nodes that hold statements."""


@dataclass(frozen=True)
class Imports:
    """What a module imports anywhere, also inside functions.

    names: dotted, without the standard library; the last part may be a name inside a module.
    by_name: whether it also imports modules that its source does not show.
    """

    names: frozenset[str] = frozenset()
    by_name: bool = False


@cache
def modules_of(package: str) -> Mapping[str, str]:
    """Return the paths of a top-level package's or module's source files by dotted name."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return {package: spec.origin} if spec and spec.origin else {}
    files = {
        (package, *inside.removesuffix(".py").split("/")): path
        for folder in spec.submodule_search_locations
        for inside, path in sorted(files_below(Path(folder)))
        if inside.endswith(".py")
    }
    return {".".join(_without_init(parts)): path for parts, path in files.items()}


def files_below(folder: Path, skipped: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield (relative path, path) of every file below a folder, without Python's caches.

    skipped: folders directly inside.
    """
    # As text: Path.rglob takes several times as long, and every build looks at all sources.
    waiting = [("", str(folder))]
    while waiting:
        start, place = waiting.pop()
        left_out = {_CACHE} if start else {_CACHE, *skipped}
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.is_file():
                    yield f"{start}{entry.name}", entry.path
                elif entry.is_dir(follow_symlinks=False) and entry.name not in left_out:
                    waiting.append((f"{start}{entry.name}/", entry.path))


@cache
def sub_packages(package: str) -> frozenset[str]:
    """Return the dotted names of the packages directly inside a top-level one."""
    found = modules_of(package).items()
    return frozenset(n for n, path in found if n.count(".") == 1 and _is_init(path))


@cache
def imports_of(module: str) -> Imports:
    """Return what a module imports; nothing if its source is missing or not Python."""
    path = modules_of(module.partition(".")[0]).get(module)
    source = Path(path).read_bytes() if path else b""
    try:
        tree = _tree(source)
    except (SyntaxError, ValueError):  # cannot be imported
        return Imports()
    place = module if path and _is_init(path) else module.rpartition(".")[0]
    names = {name for statement in _statements(tree) for name in _names(statement, place)}
    foreign = {name for name in names if name.partition(".")[0] not in _PYTHONS_OWN}
    return Imports(frozenset(foreign), _imports_by_name(source, tree))


def _tree(source: bytes) -> ast.AST:
    """Return the syntax tree of a module, or of its imports alone where these are plain to see.

    Those are parsed in a tenth of the time, and every build parses all that it may import.
    """
    if _MISLEADING.search(source) or any(word in source for word in _BY_NAME):
        return ast.parse(source)
    plain = _TEXT.sub(b"", source)
    found = _STATEMENT.findall(plain)
    if len(found) != len(_IMPORT.findall(plain)):
        return ast.parse(source)
    try:
        return ast.parse(b"\n".join(found))
    except SyntaxError:
        return ast.parse(source)


def _statements(block: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements of a block at any depth, without their expressions."""
    for field in _BLOCKS:
        for statement in getattr(block, field, ()):
            yield statement
            yield from _statements(statement)


def _imports_by_name(source: bytes, tree: ast.AST) -> bool:
    if not any(word in source for word in _BY_NAME):
        return False  # without looking at each expression
    found = (
        getattr(node, field, "") for node in ast.walk(tree) for field in ("id", "attr", "name")
    )
    return not {word.decode() for word in _BY_NAME}.isdisjoint(found)


def _names(node: ast.AST, place: str) -> Iterator[str]:
    """Yield what a statement imports. place: the package that it is in, for relative imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = place.split(".")[: place.count(".") + 2 - node.level] if node.level else []
        start = ".".join((*above, node.module) if node.module else above)
        yield from (f"{start}.{alias.name}" for alias in node.names if start)


def _is_init(path: str) -> bool:
    return os.path.basename(path) == f"{_INIT}.py"  # noqa: PTH119 (faster)


def _without_init(parts: tuple[str, ...]) -> tuple[str, ...]:
    return parts[:-1] if parts[-1] == _INIT else parts
