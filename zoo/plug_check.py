"""Checks a descriptor's object: its type, its own name, and the names it refers to."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from inspect import get_annotations
from reprlib import repr as shortened
from types import MappingProxyType, UnionType
from typing import Any, Protocol, get_args, get_origin, get_type_hints

from zoo.errors import suggest
from zoo.plugins import load_plugins
from zoo.scheme import FLOAT_SCHEMES, OWN_INTEGERS

__all__ = ["WANTED", "faults"]

WANTED = MappingProxyType(
    {
        "recipe": "zoo.recipe.Recipe",
        "target": "zoo.target.Target",
        "scheme": "zoo.scheme.Scheme",
        "op": "zoo.op.Op",
        "lowering": "zoo.lowering.Lowering",
        "step": "zoo.step.StepPlugin",
        "format": "zoo.plugs.Format",
        "importer": "zoo.plugs.Importer",
        "pruner": "zoo.plugs.Pruner",
        "quantizer": "zoo.plugs.Quantizer",
        "compiler": "zoo.plugs.Compiler",
        "executor": "zoo.plugs.Executor",
        "app": "zoo.plugs.AppGenerator",
        "package": "zoo.plugs.Package",
        "dataset": "zoo.plugs.Dataset",
        "renderer": "zoo.plugs.Renderer",
        "describer": "zoo.plugs.Describer",
    }
)
"""Type of each kind of object: a class, or a protocol for any object of its shape."""

Reference = tuple[str, str, str]
"""Where a name stands, and the kind and name that it refers to."""

_PARTS = ("compiler", "executor", "app")
_PATHS = ("train", "fit", "export", "evaluate", "restore", "pictures")
_PATH = re.compile(r"[\w.]+:\w+")


def faults(kind: str, name: str, found: Any) -> list[str]:  # noqa: ANN401 (anything)
    """Return what is wrong with a descriptor's object, and what is needed.

    Names are checked only if the type is right.
    """
    wrong = list(_lowering_faults(name, found) if kind == "lowering" else _faults(kind, found))
    if not wrong and kind != "lowering" and found.name != name:
        wrong.append(f"calls itself {found.name!r}; give it the descriptor's name, '{name}'")
    return wrong or [
        _unknown(*reference)
        for reference in _references(kind, name, found)
        if reference[2] not in _known(reference[1])
    ]


def _lowering_faults(name: str, found: object) -> Iterator[str]:
    if not callable(found):
        yield f"is {shortened(found)}; expected a function"
    if name.count("/") != 1:
        yield f"is called '{name}'; expected '<compiler>/<op>'"


def _faults(kind: str, found: object) -> Iterator[str]:
    dotted = WANTED[kind]
    module, _, name = dotted.rpartition(".")
    wanted = getattr(import_module(module), name)
    if isinstance(found, type):
        yield f"is the class {found.__qualname__} itself; expected an instance"
    elif not issubclass(wanted, Protocol) and not isinstance(found, wanted):
        yield f"is {shortened(found)}; expected an instance of {dotted}"
    else:
        missing = [member for member in _members(wanted) if not hasattr(found, member)]
        yield from (_missing(member, found, dotted) for member in missing)
        yield from _type_faults(found, wanted) if not missing else ()
        yield from _path_faults(found) if not missing and kind == "recipe" else ()
        yield from _scheme_faults(found) if not missing and kind == "target" else ()


@cache
def _members(wanted: type) -> tuple[str, ...]:
    """Return the public attributes and methods of a class and its bases."""
    bases = [base for base in wanted.__mro__ if base.__module__.startswith("zoo.")]
    found = {name for base in bases for name in (*vars(base), *get_annotations(base))}
    return tuple(sorted(name for name in found if not name.startswith("_")))


def _missing(member: str, found: object, dotted: str) -> str:
    near = get_close_matches(member, [name for name in dir(found) if name[0] != "_"], n=1)
    instead = f", but has '{near[0]}'" if near else ""
    return f"lacks '{member}' of {dotted}{instead}; derive its class from {dotted}"


def _type_faults(found: object, wanted: type) -> Iterator[str]:
    for name, hint in get_type_hints(wanted).items():
        value = getattr(found, name)
        if not name.startswith("_") and not _has_type(value, hint):
            needed = getattr(hint, "__name__", "") if isinstance(hint, type) else ""
            yield f"has {name}={shortened(value)}; expected {needed or hint}"


def _has_type(value: object, hint: Any) -> bool:  # noqa: ANN401 (a class, or built of classes)
    """Return whether a value has a type; of containers, only the items of tuples are looked at."""
    if hint is Any:
        return True
    if isinstance(hint, UnionType):
        return any(_has_type(value, option) for option in get_args(hint))
    if hint is float:
        return isinstance(value, (int, float))
    if not isinstance(value, get_origin(hint) or hint):
        return False
    items = get_args(hint)[:1] if isinstance(value, tuple) and get_args(hint)[-1:] == (...,) else ()
    return all(_has_type(entry, item) for item in items for entry in value)


def _scheme_faults(target: Any) -> Iterator[str]:  # noqa: ANN401 (zoo.target.Target)
    if not target.schemes:
        yield "has no schemes; at least one is needed, such as schemes={'ptq': 'w8a8-asym'}"


def _path_faults(recipe: Any) -> Iterator[str]:  # noqa: ANN401 (zoo.recipe.Recipe)
    paths = {name: getattr(recipe, name) for name in _PATHS}
    suites = {f"suites[{name!r}]": path for name, path in dict(recipe.suites).items()}
    for name, path in {**paths, **suites}.items():
        if path and not _PATH.fullmatch(str(path)):
            yield f"has {name}={path!r}; expected 'package.module:function'"


def _references(kind: str, name: str, found: Any) -> Iterator[Reference]:  # noqa: ANN401
    if kind == "target":
        yield from _target_references(found)
    elif kind == "recipe":
        yield from (("contract's step", "step", step.name) for step in found.contract.steps)
    elif kind == "importer":
        for role in ("executor", "inspector", "runtime"):
            yield role, "executor", getattr(found, role)
    elif kind == "scheme":
        yield from (("op in 'shared_ops'", "op", op) for op in found.shared_ops)
    elif kind == "lowering":
        compiler, _, op = name.partition("/")
        yield "artifact", "compiler", compiler
        if op not in load_plugins().names("op") and op not in _families():
            yield "op", "op", op


def _families() -> set[str]:
    """Return the families of all ops, whose lowerings are lowerings of each op in them."""
    ops = (d.target for p in load_plugins().all for d in p.registered.get("op", ()))
    return {getattr(op, "family", "") for op in map(_import, ops)}


def _import(target: str) -> object:
    """Import a descriptor's object; None if that fails, which is reported on use."""
    module, _, name = target.partition(":")
    try:
        return getattr(import_module(module), name, None)
    except Exception:
        return None


def _target_references(target: Any) -> Iterator[Reference]:  # noqa: ANN401
    ways = {f" of runtime '{name}'": runtime for name, runtime in target.runtimes.items()}
    for where, way in {"": target, **ways}.items():
        yield from ((f"{kind}{where}", kind, getattr(way, kind)) for kind in _PARTS)
    for quantization, scheme in target.schemes.items():
        yield f"scheme for '{quantization}'", "scheme", scheme
        if scheme not in (*FLOAT_SCHEMES, OWN_INTEGERS):
            yield "quantization", "quantizer", quantization
    yield from (("entry in 'accepts'", "scheme", scheme) for scheme in target.accepts)
    yield "package", "package", target.package


def _unknown(where: str, kind: str, name: str) -> str:
    tail = f"{suggest(str(name), _known(kind))}{load_plugins().hidden_by_broken}"
    return f"its {where} is the unknown {kind} '{name}'{tail}"


def _known(kind: str) -> list[str]:
    kept = (*FLOAT_SCHEMES, OWN_INTEGERS) if kind == "scheme" else ()
    return sorted((*load_plugins().names(kind), *kept))
