"""What a piece of work uses: recorded while it runs, checked before its result is reused.

A stage's dependencies are not declared. The registry records every lookup, and the facts about the
results, versions and file digests, are part of the cache key.
"""

import json
import os
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from zoo.digest import digest_path
from zoo.plugins import load_plugins
from zoo.provenance.packages import ABSENT, code_digest, library_version, part_of, reached
from zoo.tool import Tool, find_tool, tool_versions

__all__ = [
    "Thing",
    "Used",
    "facts",
    "record",
    "recording",
    "remembered",
    "tool_of",
    "tool_thing",
    "used_so_far",
]


@dataclass(frozen=True, order=True)
class Thing:
    """Something that was used, by name.

    kind: 'plugin' (name: kind and name), 'names' (all names of a kind of plugin), 'code' (a
    module; recorded as its part of a package), 'library' (a distribution), 'tool', 'variable' (of
    the environment), or 'file' (a path that is not an input).
    detail: for a tool, its zoo.tool.Tool as JSON.
    """

    kind: str
    name: str
    detail: str = ""


Used = frozenset[Thing]
_Value = TypeVar("_Value")


@dataclass(frozen=True)
class _Record:
    """What a block records. told: as reported, of which most comes again and again."""

    things: set[Thing]
    imports: bool
    told: set[Thing] = field(default_factory=set)


_RECORD: ContextVar[_Record | None] = ContextVar("record", default=None)


@contextmanager
def recording(before: Used = frozenset(), imports: bool = True) -> Iterator[set[Thing]]:
    """Collect what is used while the block runs, in addition to what was used before.

    imports: whether to include what code imports; finding out takes a second, once.
    A nested block does not record for the outer one.
    """
    things = set(before)
    token = _RECORD.set(_Record(things, imports))
    try:
        yield things
    finally:
        _RECORD.reset(token)


def record(*things: Thing) -> None:
    """Report things to the recording block, if any."""
    block = _RECORD.get()
    if block is None:
        return
    for thing in things:
        if thing not in block.told:
            block.told.add(thing)
            is_code = thing.kind == "code"
            block.things.update(_parts(thing, block.imports) if is_code else (thing,))


def remembered(compute: Callable[..., _Value], count: int) -> Callable[..., _Value]:
    """Return a function that keeps its latest values, and records each time what they used.

    compute: of hashable values, without effects.  count: maximum values.
    """

    @lru_cache(maxsize=count)
    def computed(*values: Hashable) -> tuple[_Value, tuple[Thing, ...]]:
        outer = _RECORD.get()
        block = _Record(set(), imports=outer is not None and outer.imports)
        token = _RECORD.set(block)
        try:
            return compute(*values), tuple(block.told)
        finally:
            _RECORD.reset(token)

    def replayed(*values: Hashable) -> _Value:
        value, told = computed(*values)
        record(*told)
        return value

    return replayed


def used_so_far() -> Used:
    """Return what the recording block has collected so far."""
    return frozenset(block.things if (block := _RECORD.get()) else ())


def tool_thing(tool: Tool) -> Thing:
    """Return a tool as a used thing."""
    return Thing("tool", tool.name, json.dumps(asdict(tool), sort_keys=True))


def tool_of(thing: Thing) -> Tool:
    """Return the tool of a `tool_thing`."""
    words: dict[str, Any] = json.loads(thing.detail)
    words |= {name: tuple(words[name]) for name in ("candidates", "asks_version")}
    return Tool(**words)


def facts(used: Iterable[Thing]) -> dict[str, str]:
    """Return the things' current versions and digests by 'kind name', sorted."""
    found: dict[str, str] = {}
    for thing in sorted(used):
        name, fact = f"{thing.kind} {thing.name}", _FACTS[thing.kind](thing)
        # Two plugins may use the same name for different tools.
        found[name] = f"{found[name]}; {fact}" if name in found else fact
    return found


def _parts(code: Thing, imports: bool) -> set[Thing]:
    """Return a module's parts of packages and libraries. imports: include those it imports."""
    parts, libraries = reached(code.name) if imports else ({part_of(code.name)}, ())
    for part in parts:
        code_digest(part)  # now, before it is imported
    return {Thing("code", name) for name in parts} | {Thing("library", n) for n in libraries}


def _provider(thing: Thing) -> str:
    kind, _, name = thing.name.partition(" ")
    providers = load_plugins().providers(kind, name)
    return ", ".join(f"{p.distribution} {p.version} {d.target}" for p, d in providers) or ABSENT


def _names(thing: Thing) -> str:
    plugins = load_plugins().all
    return " ".join(sorted(d.name for p in plugins for d in p.registered.get(thing.name, ())))


def _tool(thing: Thing) -> str:
    tool = tool_of(thing)
    return tool_versions((tool,)).get(tool.name) or find_tool(tool) or ABSENT


def _file(thing: Thing) -> str:
    path = Path(thing.name)
    try:
        state = path.stat()
    except OSError:
        return ABSENT
    return _digest(path, state.st_size, state.st_mtime_ns)


@cache
def _digest(path: Path, size_bytes: int, modified_ns: int) -> str:  # noqa: ARG001 (of the key)
    """Return a file's digest; cached because every stage asks for libraries."""
    return digest_path(path)


_FACTS = {
    "plugin": _provider,
    "names": _names,
    "code": lambda thing: code_digest(thing.name),
    "library": lambda thing: library_version(thing.name),
    "tool": _tool,
    "variable": lambda thing: os.environ.get(thing.name, ""),
    "file": _file,
}
