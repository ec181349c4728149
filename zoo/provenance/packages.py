"""Python packages as files: their current code, and the packages it imports.

An imported sub-package counts as a whole, and so do all files outside sub-packages: templates and
headers are read by path, so imports do not show which files are used.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import (
    Distribution,
    PackageNotFoundError,
    distribution,
    distributions,
)
from importlib.util import find_spec
from inspect import getmodulename
from pathlib import Path

from zoo.digest import digest_json
from zoo.provenance.imports import files_below, imports_of, modules_of, sub_packages
from zoo.provenance.known_digests import code_digests

__all__ = ["ABSENT", "code_digest", "library_version", "own_distribution", "part_of", "reached"]

ABSENT = "absent"
GROUP = "zoo"
_VERSION = re.compile(r"^Version: *(\S+) *$", re.MULTILINE)


@cache
def code_digest(part: str) -> str:
    """Return the digest of all files of a part.

    part: 'package.sub_package', a top-level package without its sub-packages, or a module.
    Computed once per process: imported code does not change with its file.
    """
    files = sorted(_files(part))
    if not files:
        return ABSENT
    names, paths = zip(*files, strict=True)
    return digest_json([list(file) for file in zip(names, code_digests(part, paths), strict=True)])


@cache
def library_version(name: str) -> str:
    """Return the version of a distribution, or ABSENT."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return ABSENT
    # Distribution.version parses the whole description, too, which takes longer than all else.
    stated = _VERSION.search(found.read_text("METADATA") or "")
    return stated[1] if stated else found.version


@cache
def reached(module: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return (parts, libraries): a module's and those of its imports, at any depth.

    parts: as `code_digest` takes them, of plugins and editable packages: their files count.
    libraries: distributions, whose versions count; absent ones by import name.
    """
    seen, libraries, waiting = set[str](), set[str](), [*_with_parents(module), module]
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for imported in _imported(name):
            if _is_code(_top(imported)):
                waiting += _with_parents(imported)
            else:
                libraries.update(_owners(_top(imported)) or (_top(imported),))
    return frozenset(map(part_of, seen)), frozenset(libraries)


def part_of(module: str) -> str:
    """Return the part that a module belongs to: its sub-package, else its package."""
    part = ".".join(module.split(".")[:2])
    return part if part in sub_packages(_top(module)) else _top(module)


def own_distribution(module: str) -> str:
    """Return the distribution of a module, or its package's name if it is in none."""
    return min(_owners(_top(module)) or (_top(module),))


def _files(part: str) -> Iterator[tuple[str, Path]]:
    """Yield (relative path, path) of a part's files."""
    package, _, sub = part.partition(".")
    spec = find_spec(package)
    others = {name.partition(".")[2] for name in sub_packages(package)}
    for folder in map(Path, spec.submodule_search_locations or () if spec else ()):
        if not (folder / sub).is_dir():  # in another folder of a namespace package
            continue
        found = files_below(folder / sub, () if sub else others)
        yield from ((f"{sub}/{inside}" if sub else inside, Path(path)) for inside, path in found)
    if spec and spec.origin and not spec.submodule_search_locations:
        yield Path(spec.origin).name, Path(spec.origin)


def _imported(module: str) -> frozenset[str]:
    """Return what a module may import; anything of its package if it imports by name.

    The zoo's own registry imports by name, too, but records what it imports.
    """
    imports, package = imports_of(module), _top(module)
    if imports.by_name and package != _top(__name__):
        return imports.names.union(modules_of(package))
    return imports.names


def _with_parents(name: str) -> list[str]:
    """Return the modules that run when a dotted name is imported."""
    parts = name.split(".")
    names = (".".join(parts[:count]) for count in range(1, len(parts) + 1))
    return [name for name in names if name in modules_of(_top(name))]


def _top(module: str) -> str:
    return module.partition(".")[0]


@cache
def _owners(name: str) -> tuple[str, ...]:
    """Return the distributions of a top-level import name."""
    return tuple(found.metadata["Name"] for found in _by_import_name().get(name, ()))


@cache
def _by_import_name() -> Mapping[str, list[Distribution]]:
    """Return the distributions of each top-level import name.

    As importlib.metadata.packages_distributions, but it reads no metadata, and makes no paths of
    all files, which take most of a second.
    """
    found: dict[str, list[Distribution]] = {}
    for candidate in distributions():
        for name in _import_names(candidate):
            found.setdefault(name, []).append(candidate)
    return found


def _import_names(found: Distribution) -> Iterable[str]:
    """Return the top-level names that a distribution states, or that its files have."""
    stated = (found.read_text("top_level.txt") or "").split()
    if stated:
        return stated
    record = found.read_text("RECORD")
    files = record.splitlines() if record else map(str, found.files or ())
    tops = {line.partition(",")[0].partition("/")[0] for line in files}
    names = (top if "." not in top else getmodulename(top) for top in tops)
    return {name for name in names if name and name.isidentifier()}


@cache
def _is_code(name: str) -> bool:
    """Whether a package's files count: those of plugins, editable or undistributed packages."""
    owners = _owners(name)
    return any(map(_is_worked_in, owners)) if owners else find_spec(name) is not None


@cache
def _is_worked_in(name: str) -> bool:
    found = distribution(name)
    if found.entry_points.select(group=GROUP):
        return True
    return '"editable": true' in (found.read_text("direct_url.json") or "")
