"""Properties of an NVIDIA board, from a target's facts."""

import re
from dataclasses import dataclass
from typing import Self

from zoo.errors import RefusedError
from zoo.target import Target

__all__ = ["Gpu"]

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)*")
_TYPINGS = ("strong", "weak")


@dataclass(frozen=True)
class Gpu:
    """A GPU and the TensorRT on it.

    compute_capability: such as '8.9'.
    tensorrt: the oldest version on the board, which determines the operators.
    precisions: those of 'fp32', 'fp16' and 'int8' that the chip supports.
    typing: 'strong' if the file's types determine the precision, 'weak' if builder flags do.
    builders: Python modules that build its engines.
    """

    name: str
    compute_capability: str
    tensorrt: str
    precisions: tuple[str, ...]
    typing: str
    builders: tuple[str, ...]

    @classmethod
    def of(cls, target: Target) -> Self:
        """Read a target's facts; raises RefusedError naming a missing one."""
        return cls(
            target.name,
            compute_capability=_number(target, "compute_capability"),
            tensorrt=_number(target, "tensorrt"),
            precisions=_words(target, "precisions"),
            typing=_typing(target),
            builders=_words(target, "builders"),
        )


def _number(target: Target, name: str) -> str:
    value = target.facts.get(name)
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise _incomplete(target, name, "a string such as '8.9'")
    return value


def _typing(target: Target) -> str:
    value = target.facts.get("typing")
    if value not in _TYPINGS:
        raise _incomplete(target, "typing", " or ".join(map(repr, _TYPINGS)))
    return str(value)


def _words(target: Target, name: str) -> tuple[str, ...]:
    value = target.facts.get(name)
    if not isinstance(value, tuple):
        raise _incomplete(target, name, "a tuple of strings")
    return value


def _incomplete(target: Target, name: str, needed: str) -> RefusedError:
    return RefusedError(
        f"{target.name}: its fact '{name}' is {target.facts.get(name)!r}, the compiler 'tensorrt' "
        f"needs {needed}; complete the target's facts, see `zoo show rtx4060`"
    )
