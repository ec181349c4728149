"""The codes of all errors that the command line prints, with cause and remedy."""

import inspect
from dataclasses import dataclass

from zoo import errors
from zoo.errors import UnknownNameError, ZooError

__all__ = ["PAGE", "RETIRED", "SYSTEM", "ErrorKind", "error_kind", "error_kinds"]

PAGE = "docs/errors.md"
"""Has a section for each code, whose anchor is the code."""

SYSTEM = "system"
"""Of what the operating system refuses."""

RETIRED: tuple[str, ...] = ()
"""Codes of earlier versions; none of them is given to another kind."""


@dataclass(frozen=True)
class ErrorKind:
    """A kind of error. parent: the code of the wider kind that it belongs to, '' for none.

    exit_status: of `zoo`.
    """

    code: str
    cause: str
    advice: str
    exit_status: int
    parent: str = ""


_OTHERS = (
    ErrorKind(
        SYSTEM,
        "The operating system refuses to read, write or start something.",
        "Look at the path and the reason in the message: permissions, disk space, or a file that "
        "another program has changed.",
        1,
    ),
)
"""Without a class in zoo.errors."""


def error_kinds() -> tuple[ErrorKind, ...]:
    """Return all kinds, wider ones before those that belong to them."""
    classes = (value for value in vars(errors).values() if isinstance(value, type))
    return (*(_kind(one) for one in classes if issubclass(one, ZooError)), *_OTHERS)


def error_kind(code: str) -> ErrorKind:
    """Return the kind with a code; raises UnknownNameError."""
    kinds = {kind.code: kind for kind in error_kinds()}
    if code not in kinds:
        raise UnknownNameError("error code", code, kinds)
    return kinds[code]


def _kind(one: type[ZooError]) -> ErrorKind:
    parent = one.__mro__[1]
    above = parent.code if issubclass(parent, ZooError) else ""
    return ErrorKind(one.code, inspect.getdoc(one) or "", one.advice, one.exit_status, above)
