"""Registers every board and executor in this room's folders; a new file is enough."""

from collections.abc import Iterable
from pkgutil import iter_modules

from runtimes import boards, executors
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl

__all__: list[str] = []


@hookimpl
def register_targets() -> Iterable[Descriptor]:
    """Return a descriptor for each board."""
    return [Descriptor(_name(m), f"runtimes.boards.{m}:TARGET") for m in _modules(boards.__path__)]


@hookimpl
def register_executors() -> Iterable[Descriptor]:
    """Return a descriptor for each executor."""
    return [
        Descriptor(_name(m), f"runtimes.executors.{m}:EXECUTOR")
        for m in _modules(executors.__path__)
    ]


def _modules(path: Iterable[str]) -> list[str]:
    return sorted(module.name for module in iter_modules(path))


def _name(module: str) -> str:
    return module.replace("_", "-")
