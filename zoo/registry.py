"""Finds what plugins registered, by kind and name: the only way from room to room.

Kinds: recipe, target, scheme, op, lowering, step, format, quantizer, compiler, executor, app,
dataset, renderer, describer.

What is handed out while zoo.provenance.used records is recorded. So ask each time, and keep
nothing: what a module keeps for later is used without a word.
"""

from functools import cache
from importlib import import_module
from typing import Any

from zoo.descriptor import Descriptor
from zoo.errors import PluginError, UnknownNameError
from zoo.plugins import Plugin, load_plugins
from zoo.provenance.used import Thing, record, tool_thing

__all__ = ["descriptors", "find", "load", "names", "resolve"]


def descriptors(kind: str) -> tuple[Descriptor, ...]:
    """Return everything registered of a kind, sorted by name; raises PluginError for doubles."""
    record(Thing("names", kind))
    found: dict[str, Plugin] = {}
    result = []
    for plugin in load_plugins().all:
        for descriptor in plugin.registered.get(kind, ()):
            if descriptor.name in found:
                raise _doubled(kind, descriptor.name, found[descriptor.name], plugin)
            found[descriptor.name] = plugin
            result.append(descriptor)
    return tuple(sorted(result, key=lambda descriptor: descriptor.name))


def names(kind: str) -> tuple[str, ...]:
    """Return the registered names of a kind, sorted."""
    return tuple(descriptor.name for descriptor in descriptors(kind))


def load(kind: str, name: str) -> Any:  # noqa: ANN401 (plugs are protocols; the caller knows which)
    """Import and return the implementation of a name or alias.

    Raises UnknownNameError with near names, PluginError naming the distribution at fault.
    """
    plugin, descriptor = _provider(kind, name)
    record(Thing("plugin", f"{kind} {descriptor.name}"))
    found = _implementation(kind, plugin, descriptor)
    record(*map(tool_thing, getattr(found, "tools", ())))
    return found


def find(kind: str, name: str) -> Descriptor:
    """Return what was registered under a name or alias, for those who read the code behind it.

    Raises as `load` does, but imports nothing.
    """
    _, descriptor = _provider(kind, name)
    record(Thing("plugin", f"{kind} {descriptor.name}"), Thing("code", _package(descriptor.target)))
    return descriptor


@cache
def _provider(kind: str, name: str) -> tuple[Plugin, Descriptor]:
    providers = load_plugins().providers(kind, name)
    if not providers:
        raise _unknown(kind, name)
    if len(providers) > 1:
        raise _doubled(kind, name, providers[0][0], providers[1][0])
    return providers[0]


def _implementation(kind: str, plugin: Plugin, descriptor: Descriptor) -> Any:  # noqa: ANN401
    try:
        return resolve(descriptor.target)
    # Importing third-party code may fail in any way; say whose it is.
    except Exception as error:
        raise PluginError(
            f"{kind} '{descriptor.name}' of plugin '{plugin.name}' ({plugin.distribution} "
            f"{plugin.version}): cannot import '{descriptor.target}' "
            f"({type(error).__name__}: {error}); repair or uninstall {plugin.distribution}"
        ) from error


def resolve(target: str) -> Any:  # noqa: ANN401
    """Import 'package.module:attribute'."""
    module, _, attribute = target.partition(":")
    record(Thing("code", _package(target)))
    return getattr(import_module(module), attribute)


def _package(target: str) -> str:
    """Return the top-level package of 'package.module:attribute'."""
    return target.partition(":")[0].partition(".")[0]


def _unknown(kind: str, name: str) -> UnknownNameError:
    known = {alias for d in descriptors(kind) for alias in (d.name, *d.aliases)}
    error = UnknownNameError(kind, name, known)
    broken = load_plugins().broken
    if broken:
        listed = ", ".join(f"{plugin.name} ({plugin.distribution})" for plugin in broken)
        error.args = (f"{error} Broken plugins may hide it: {listed}; see `zoo plugins`.",)
    return error


def _doubled(kind: str, name: str, first: Plugin, second: Plugin) -> PluginError:
    return PluginError(
        f"{kind} '{name}' is registered twice: by plugin '{first.name}' ({first.distribution} "
        f"{first.version}) and by '{second.name}' ({second.distribution} {second.version}); "
        "names are unique, uninstall one of them"
    )
