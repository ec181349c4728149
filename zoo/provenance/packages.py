"""Python packages as files: their current code, and the packages it imports.

A package counts as a whole: templates and headers are read by path and modules found by name, so
imports do not show which of its files are used.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions, version
from importlib.util import find_spec
from pathlib import Path

from zoo.digest import digest_json, digest_path

__all__ = ["ABSENT", "code_digest", "library_version", "own_distribution", "reached"]

ABSENT = "absent"
GROUP = "zoo"


@cache
def code_digest(package: str) -> str:
    """Return the digest of all files of a top-level package, or of a module.

    Computed once per process: imported code does not change with its file.
    """
    files = sorted(_files(package))
    return digest_json([[name, digest_path(path)] for name, path in files]) if files else ABSENT


@cache
def library_version(name: str) -> str:
    """Return the version of a distribution, or ABSENT."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ABSENT


def reached(packages: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Return (packages, libraries): top-level packages and their imports, at any depth.

    packages: the given ones, those of plugins, and editable ones: their files count.
    libraries: distributions, whose versions count; absent ones by import name.
    """
    code, libraries, waiting = set[str](), set[str](), list(packages)
    while waiting:
        package = waiting.pop()
        if package in code:
            continue
        code.add(package)
        for name in _imported(package):
            if _is_code(name):
                waiting.append(name)
            else:
                libraries.update(_providers().get(name, (name,)))
    return frozenset(code), frozenset(libraries)


def own_distribution(package: str) -> str:
    """Return the distribution of a package, or the package's own name if it is in none."""
    return min(_providers().get(package, (package,)))


def _files(package: str) -> Iterator[tuple[str, Path]]:
    spec = find_spec(package)
    for folder in map(Path, spec.submodule_search_locations or () if spec else ()):
        for path in folder.rglob("*"):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(folder).as_posix(), path
    if spec and spec.origin and not spec.submodule_search_locations:
        yield Path(spec.origin).name, Path(spec.origin)


@cache
def _imported(package: str) -> frozenset[str]:
    """Return the top-level names that a package imports, without the standard library."""
    sources = (path for _, path in _files(package) if path.suffix == ".py")
    names = {name for path in sources for name in _imports(path.read_bytes())}
    return frozenset(names - sys.stdlib_module_names - {package})


def _imports(source: bytes) -> Iterator[str]:
    try:
        nodes = ast.walk(ast.parse(source))
    except SyntaxError:  # cannot be imported
        return
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@cache
def _providers() -> Mapping[str, list[str]]:
    """Return the distributions of each top-level import name."""
    return packages_distributions()


@cache
def _is_code(name: str) -> bool:
    """Whether a package's files count: those of plugins, editable or undistributed packages."""
    owners = _providers().get(name)
    return any(map(_is_worked_in, owners)) if owners else find_spec(name) is not None


@cache
def _is_worked_in(name: str) -> bool:
    found = distribution(name)
    if found.entry_points.select(group=GROUP):
        return True
    return '"editable": true' in (found.read_text("direct_url.json") or "")
