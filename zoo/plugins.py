"""Loads the plugins of the entry-point group `zoo`; a broken one does not affect the others."""

import inspect
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import Distribution, EntryPoint, entry_points
from types import MappingProxyType
from typing import Any

import pluggy

from zoo import hookspecs
from zoo.descriptor import Descriptor
from zoo.errors import suggest

__all__ = ["Plugin", "Plugins", "load_plugins"]

GROUP = "zoo"
KINDS = MappingProxyType(
    {
        "recipe": "register_recipes",
        "target": "register_targets",
        "scheme": "register_schemes",
        "op": "register_ops",
        "lowering": "register_lowerings",
        "step": "register_steps",
        "format": "register_formats",
        "importer": "register_importers",
        "pruner": "register_pruners",
        "quantizer": "register_quantizers",
        "compiler": "register_compilers",
        "executor": "register_executors",
        "app": "register_apps",
        "package": "register_packages",
        "dataset": "register_datasets",
        "renderer": "register_renderers",
        "describer": "register_describers",
    }
)


@dataclass(frozen=True)
class Plugin:
    """One plugin and its state.

    distribution, version: of its installed package.  module: of its hooks.
    hooks: names it implements.  registered: descriptors by kind.
    error: why it is broken, '' if it works.
    """

    name: str
    distribution: str
    version: str
    module: str
    hooks: tuple[str, ...] = ()
    registered: Mapping[str, tuple[Descriptor, ...]] = field(default_factory=dict)
    error: str = ""

    @property
    def state(self) -> str:
        """'loaded' or 'broken'."""
        return "broken" if self.error else "loaded"

    @property
    def packages(self) -> frozenset[str]:
        """Return the top-level packages of its module and of what it registers."""
        targets = (d.target for kind in self.registered.values() for d in kind)
        return frozenset(re.split("[.:]", place)[0] for place in (self.module, *targets))

    def __str__(self) -> str:
        return f"plugin '{self.name}' ({self.distribution} {self.version})"


@dataclass(frozen=True)
class Plugins:
    """All plugins, sorted by name."""

    all: tuple[Plugin, ...]

    @property
    def broken(self) -> tuple[Plugin, ...]:
        """Return the plugins that could not be loaded."""
        return tuple(plugin for plugin in self.all if plugin.error)

    @property
    def hidden_by_broken(self) -> str:
        """The end of a message about an unknown name; '' if no plugin is broken."""
        if not self.broken:
            return ""
        listed = ", ".join(f"{plugin.name} ({plugin.distribution})" for plugin in self.broken)
        return f" Broken plugins may hide it: {listed}; see `zoo plugins`."

    def names(self, kind: str) -> frozenset[str]:
        """Return the names of a kind, including duplicates, without aliases."""
        return frozenset(d.name for plugin in self.all for d in plugin.registered.get(kind, ()))

    def providers(self, kind: str, name: str) -> tuple[tuple[Plugin, Descriptor], ...]:
        """Return every (plugin, descriptor) with this name or alias."""
        return tuple(
            (plugin, descriptor)
            for plugin in self.all
            for descriptor in plugin.registered.get(kind, ())
            if name == descriptor.name or name in descriptor.aliases
        )


@cache
def load_plugins() -> Plugins:
    """Load every plugin once per process; read-only afterwards."""
    points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
    of_distribution = cache(_name_and_version)
    return Plugins(tuple(_load(point, *of_distribution(point.dist)) for point in points))


def _name_and_version(found: Distribution | None) -> tuple[str, str]:
    """Return those of a distribution; reading its metadata takes milliseconds."""
    if found is None:
        return "unknown", "unknown"
    metadata = found.metadata
    return metadata["Name"], metadata["Version"]


def _load(point: EntryPoint, distribution: str, version: str) -> Plugin:
    plugin = Plugin(point.name, distribution, version, point.module)
    try:
        module = point.load()
        hooks = _check_hooks(module)
        registered = _collect(module, point.name)
    # A plugin may fail in any way, and even exit; the others must still work.
    except (Exception, SystemExit) as error:
        reason = f"{type(error).__name__}: {error}"
        return replace(plugin, error=reason)
    return replace(plugin, hooks=hooks, registered=registered)


def _check_hooks(module: object) -> tuple[str, ...]:
    """Return the hooks that a plugin implements; raises ValueError for a misspelled one."""
    marked = [
        name
        for name, member in inspect.getmembers(module, callable)
        if getattr(member, "zoo_impl", None) is not None
    ]
    for name in marked:
        if name not in KINDS.values():
            raise ValueError(f"unknown hook '{name}'{suggest(name, KINDS.values())}")
    return tuple(marked)


def _collect(module: object, name: str) -> dict[str, tuple[Descriptor, ...]]:
    """Call a plugin's hooks through pluggy, in isolation, so that errors can be attributed."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    manager.register(module, name)
    return {
        kind: _checked(getattr(manager.hook, hook)(), hook)
        for kind, hook in KINDS.items()
        if getattr(manager.hook, hook).get_hookimpls()
    }


def _checked(results: Collection[Iterable[Any]], hook: str) -> tuple[Descriptor, ...]:
    if not results:  # pluggy drops None
        raise TypeError(f"{hook} returned None; expected a list of descriptors")
    descriptors = tuple(descriptor for result in results for descriptor in result)
    for descriptor in descriptors:
        if not isinstance(descriptor, Descriptor):
            raise TypeError(f"{hook} returned {descriptor!r}; expected zoo.descriptor.Descriptor")
        if not isinstance(descriptor.name, str) or not isinstance(descriptor.target, str):
            raise TypeError(f"{hook} returned {descriptor!r}; name and target must be strings")
    return descriptors
