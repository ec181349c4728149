"""Finds plugins' objects by kind and name: the only connection between the rooms.

Kinds: recipe, target, scheme, op, lowering, step, format, importer, pruner, quantizer, compiler,
executor, app, package, dataset, renderer, describer.

While zoo.provenance.used records, every lookup is recorded. So query each time and keep no results
in a module: their later use would not be recorded.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from zoo.descriptor import Descriptor
from zoo.errors import PluginError, UnknownNameError, suggest
from zoo.plug_check import faults
from zoo.plugins import Plugin, load_plugins
from zoo.provenance.packages import own_distribution
from zoo.provenance.used import Thing, record, tool_thing

__all__ = [
    "descriptors",
    "doubled",
    "find",
    "knows",
    "load",
    "load_all",
    "names",
    "resolve",
]

_WITH_TOOLS = ("compiler", "executor", "app", "package", "quantizer")
_ASKED = ("recipe", "target", "scheme")
"""Kinds that people ask for by name."""
_WORDS = {"recipe": "model"}


def descriptors(kind: str) -> tuple[Descriptor, ...]:
    """Return the uniquely named descriptors of a kind, sorted by name."""
    record(Thing("names", kind))
    return _unique(kind)


def names(kind: str) -> tuple[str, ...]:
    """Return the registered names of a kind, sorted."""
    return tuple(descriptor.name for descriptor in descriptors(kind))


def knows(kind: str, name: str) -> bool:
    """Return whether a name or alias is registered, even twice."""
    return bool(load_plugins().providers(kind, name))


def load(kind: str, name: str) -> Any:  # noqa: ANN401 (plugs are protocols; the caller knows which)
    """Import, check and return the implementation of a name or alias.

    Raises UnknownNameError with similar names, PluginError naming the distribution at fault.
    """
    plugin, descriptor = _provider(kind, name)
    record(*_things(kind, name))
    found = _implementation(kind, plugin, descriptor)
    if kind in _WITH_TOOLS:
        _record_tools(kind, plugin, descriptor, found)
    return found


def load_all(kind: str) -> tuple[dict[str, Any], dict[str, PluginError]]:
    """Return the loadable objects of a kind by name, and errors for the rest."""
    record(Thing("names", kind))
    loaded: dict[str, Any] = {}
    broken: dict[str, PluginError] = {}
    for name in sorted(load_plugins().names(kind)):
        try:
            loaded[name] = load(kind, name)
        except PluginError as error:
            broken[name] = error
    return loaded, broken


def doubled(plugin: Plugin) -> list[str]:
    """Return the plugin's names that another plugin also registers."""
    return [str(double) for kind, d in _registered(plugin) if (double := _double(kind, d.name))]


def find(kind: str, name: str) -> Descriptor:
    """Return the descriptor of a name or alias, for callers that inspect its code.

    Raises the same errors as `load`, but imports nothing.
    """
    _, descriptor = _provider(kind, name)
    record(*_things(kind, name))
    return descriptor


@cache
def _unique(kind: str) -> tuple[Descriptor, ...]:
    found = (d for plugin in load_plugins().all for d in plugin.registered.get(kind, ()))
    unique = (d for d in found if len(load_plugins().providers(kind, d.name)) == 1)
    return tuple(sorted(unique, key=lambda descriptor: descriptor.name))


@cache
def _provider(kind: str, name: str) -> tuple[Plugin, Descriptor]:
    providers = load_plugins().providers(kind, name)
    if not providers:
        raise _unknown(kind, name)
    double = _double(kind, name)
    if double:
        raise double
    return providers[0]


@cache
def _things(kind: str, name: str) -> tuple[Thing, Thing]:
    """Return what a lookup is recorded as; cached because every op of a network is looked up."""
    _, descriptor = _provider(kind, name)
    return Thing("plugin", f"{kind} {descriptor.name}"), Thing("code", _module(descriptor.target))


def _registered(plugin: Plugin) -> Iterator[tuple[str, Descriptor]]:
    return ((kind, d) for kind, found in plugin.registered.items() for d in found)


def _implementation(kind: str, plugin: Plugin, descriptor: Descriptor) -> Any:  # noqa: ANN401
    try:
        found = _member(descriptor.target)
    # Importing third-party code may fail in any way; name its distribution.
    except Exception as error:
        wrong = f"cannot import '{descriptor.target}' ({type(error).__name__}: {error})"
        raise _broken(kind, plugin, descriptor, wrong) from error
    try:
        wrong = _fault(kind, descriptor.name, descriptor.target)
    except Exception as error:
        wrong = f"has contents of the wrong type ({type(error).__name__}: {error})"
        raise _broken(kind, plugin, descriptor, f"'{descriptor.target}' {wrong}") from error
    if wrong:
        raise _broken(kind, plugin, descriptor, f"'{descriptor.target}' {wrong}")
    return found


def _record_tools(kind: str, plugin: Plugin, descriptor: Descriptor, found: Any) -> None:  # noqa: ANN401
    try:
        things = tuple(map(tool_thing, found.tools))
    except (AttributeError, TypeError) as error:
        wrong = f"'{descriptor.target}' has tools that are not a tuple of zoo.tool.Tool ({error})"
        raise _broken(kind, plugin, descriptor, wrong) from error
    record(*things)


@cache
def _fault(kind: str, name: str, target: str) -> str:
    """Return what is wrong with an imported object, '' for nothing; checked once."""
    return " ".join(faults(kind, name, _member(target)))


def _broken(kind: str, plugin: Plugin, descriptor: Descriptor, wrong: str) -> PluginError:
    return PluginError(
        f"{kind} '{descriptor.name}' of {plugin}: {wrong}; repair or uninstall "
        f"{plugin.distribution}"
    )


def resolve(target: str) -> Any:  # noqa: ANN401
    """Import 'package.module:attribute'; raises PluginError naming the distribution."""
    record(Thing("code", _module(target)))
    try:
        return _member(target)
    except (ImportError, AttributeError) as error:
        raise PluginError(
            f"cannot import '{target}' of {own_distribution(_module(target))} "
            f"({type(error).__name__}: {error}); correct the name, or install what it needs"
        ) from error


def _member(target: str) -> Any:  # noqa: ANN401
    module, _, attribute = target.partition(":")
    return getattr(import_module(module), attribute)


def _module(target: str) -> str:
    """Return the module of 'package.module:attribute'."""
    return target.partition(":")[0]


def _unknown(kind: str, name: str) -> UnknownNameError:
    known = {alias for d in descriptors(kind) for alias in (d.name, *d.aliases)}
    word = _WORDS.get(kind, kind)
    error = UnknownNameError(word, name, known)
    others = (f", which is a {_WORDS.get(k, k)}" for k in _ASKED if k != kind and knows(k, name))
    start, tail = f"unknown {word} '{name}'{next(others, '')}", suggest(name, sorted(known))
    error.args = (f"{start}{tail}{load_plugins().hidden_by_broken}",)
    return error


def _double(kind: str, name: str) -> PluginError | None:
    plugins = [plugin for plugin, _ in load_plugins().providers(kind, name)]
    if len(plugins) < 2:
        return None
    return PluginError(
        f"{kind} '{name}' is registered twice: by {plugins[0]} and by {plugins[1]}; names are "
        "unique, uninstall one of the two"
    )
