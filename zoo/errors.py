"""All errors that a user can meet.

ZooError                  exit status 1
├── UsageError            an invalid command line; exit status 2
│   └── UnknownNameError  no such recipe, target, quantization, ...
├── PluginError           a plugin is broken, duplicated or incompatible
├── RecipeError           a recipe, its contract or its published files are wrong
├── DataError             a data set or an image is missing, empty or broken
├── HubError              an ONNX file cannot be read or represented
│   └── UnsupportedOpError
├── QuantizeError         a scheme cannot be applied
├── RefusedError          the target does not support what was requested
├── VerifyError           a step does not compute what the step before it computes
├── ArtifactError         a file for a chip is damaged or not what its name says
├── BundleError           a bundle is damaged, incomplete or tampered with
├── CacheError            the cache cannot be read or written
├── BoardError            a board cannot be reached, or cannot run its program
├── WorkerError           a process or machine that shares the work cannot be reached, or failed
└── ToolchainError        an external tool is missing or failed; exit status 3

A message says where, what was found, what is allowed and what to do.
"""

from collections.abc import Iterable

__all__ = [
    "ArtifactError",
    "BoardError",
    "BundleError",
    "CacheError",
    "DataError",
    "HubError",
    "PluginError",
    "QuantizeError",
    "RecipeError",
    "RefusedError",
    "ToolchainError",
    "UnknownNameError",
    "UnsupportedOpError",
    "UsageError",
    "VerifyError",
    "WorkerError",
    "ZooError",
    "suggest",
]

_LISTED = 20
_SUGGESTED = 3
_LONG = 6
"""Letters from which on two slips are likely in one word."""


class ZooError(Exception):
    """Base of every error that the command line prints without a traceback."""

    exit_status = 1


class UsageError(ZooError):
    """The command line is invalid."""

    exit_status = 2


class UnknownNameError(UsageError):
    """A name that no plugin has registered."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.name = name
        super().__init__(f"unknown {kind} '{name}'{suggest(name, sorted(known))}")


class PluginError(ZooError):
    """A plugin is broken, duplicated or incompatible."""


class RecipeError(ZooError):
    """A recipe, its contract or its published files are wrong."""


class DataError(ZooError):
    """A data set or an image is missing, empty or broken."""


class HubError(ZooError):
    """An ONNX file cannot be read, or the Graph cannot represent it."""


class UnsupportedOpError(HubError):
    """No op plugin or back end supports an operator, or this use of it."""


class QuantizeError(ZooError):
    """A quantization scheme cannot be applied to a graph."""


class RefusedError(ZooError):
    """The target does not support what was requested."""


class VerifyError(ZooError):
    """A step does not compute what the step before it computes."""


class ArtifactError(ZooError):
    """A file for a chip is damaged, or not what its name says."""


class BundleError(ZooError):
    """A bundle is damaged, incomplete or tampered with."""


class CacheError(ZooError):
    """The cache cannot be read or written."""


class BoardError(ZooError):
    """A board cannot be reached, or cannot run its program."""


class WorkerError(ZooError):
    """A process or machine that shares the work cannot be reached, or failed."""


class ToolchainError(ZooError):
    """An external tool is missing or failed."""

    exit_status = 3


def suggest(name: str, known: Iterable[str]) -> str:
    """Return the end of a message: similar names, or else the first allowed names."""
    names = list(known)
    near = _near(name, names)
    if near:
        return f"; did you mean {' or '.join(near)}?"
    listed = ", ".join(names[:_LISTED]) or "none"
    more = f", ... ({len(names)} in all)" if len(names) > _LISTED else ""
    return f"; known: {listed}{more}"


def _near(name: str, names: Iterable[str]) -> list[str]:
    """Return similar names: those that start with this one, or else similarly spelled ones."""
    word = name.lower()
    longer = [known for known in names if len(word) > 1 and known.lower().startswith(word)]
    if longer:
        return sorted(longer, key=len)[:_SUGGESTED]
    slips = {known: _slips(word, known.lower()) for known in names}
    near = [known for known, count in slips.items() if count <= _allowed(word, known)]
    return sorted(near, key=lambda known: slips[known])[:_SUGGESTED]


def _allowed(name: str, known: str) -> int:
    """Return how many typos a similar word may have."""
    length = max(len(name), len(known))
    return 2 if length >= _LONG else min(1, length - 1)


def _slips(one: str, other: str) -> int:
    """Return how many letters are wrong, missing, too many or swapped (Damerau 1964)."""
    before, last = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            count = min(last[j] + 1, row[-1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and (a, one[i - 2]) == (other[j - 2], b):
                count = min(count, before[j - 2] + 1)
            row.append(count)
        before, last = last, row
    return last[-1]
