"""Makers: the distributions whose plugins built a bundle."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zoo.digest import digest_json
from zoo.plugins import load_plugins
from zoo.provenance.packages import ABSENT, code_digest, library_version, own_distribution
from zoo.provenance.used import Thing, tool_of
from zoo.tool import tool_versions

__all__ = ["Maker", "absent_makers", "makers", "versions"]


@dataclass(frozen=True)
class Maker:
    """A distribution that took part.

    sha256: of its code.  plugins: its plugins that were used, as 'kind name'.
    """

    name: str
    version: str
    sha256: str
    plugins: tuple[str, ...]

    @property
    def absence(self) -> str:
        """Return the message if it is needed but not installed."""
        return (
            f"made with {', '.join(self.plugins)} of {self.name} {self.version}, which is not "
            f"installed here: pip install {self.name}=={self.version}"
        )

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Maker":
        """Read the form of dataclasses.asdict."""
        return cls(**{**data, "plugins": tuple(data["plugins"])})


def makers(used: Iterable[Thing]) -> tuple[Maker, ...]:
    """Return the distributions that were used, sorted by name."""
    owned: dict[str, list[Thing]] = {}
    for thing in sorted(used):
        if thing.kind in ("code", "plugin"):
            owned.setdefault(_owner(thing), []).append(thing)
    return tuple(_maker(name, things) for name, things in sorted(owned.items()))


def versions(used: Iterable[Thing]) -> dict[str, str]:
    """Return versions by name, of imported libraries and of tools that report one."""
    things = sorted(used)
    names = (thing.name for thing in things if thing.kind == "library")
    libraries = {name: library_version(name) for name in names}
    tools = tool_versions(tool_of(thing) for thing in things if thing.kind == "tool")
    return {**{name: v for name, v in libraries.items() if v != ABSENT}, **tools}


def absent_makers(needed: Iterable[Maker]) -> tuple[Maker, ...]:
    """Return those that do not provide their used plugins on this machine."""
    return tuple(
        maker
        for maker in needed
        if any(maker.name not in _providers(plugin) for plugin in maker.plugins)
    )


def _maker(name: str, things: Iterable[Thing]) -> Maker:
    code = {thing.name: code_digest(thing.name) for thing in things if thing.kind == "code"}
    plugins = tuple(thing.name for thing in things if thing.kind == "plugin")
    return Maker(name, library_version(name), digest_json(code), plugins)


def _owner(thing: Thing) -> str:
    if thing.kind == "code":
        return own_distribution(thing.name)
    return next(iter(_providers(thing.name)), ABSENT)


def _providers(plugin: str) -> list[str]:
    """Return the distributions that register 'kind name'."""
    kind, _, name = plugin.partition(" ")
    return [found.distribution for found, _ in load_plugins().providers(kind, name)]
