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
└── ToolchainError        an external tool is missing or failed; exit status 3

A message says where, what was found, what is allowed and what to do.
"""

from collections.abc import Iterable
from difflib import get_close_matches

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
    "ZooError",
    "suggest",
]

_LISTED = 20


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


class ToolchainError(ZooError):
    """An external tool is missing or failed."""

    exit_status = 3


def suggest(name: str, known: Iterable[str]) -> str:
    """Return the end of a message: similar names, or else the first allowed names."""
    names = list(known)
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        return f"; did you mean {' or '.join(near)}?"
    listed = ", ".join(names[:_LISTED]) or "none"
    more = f", ... ({len(names)} in all)" if len(names) > _LISTED else ""
    return f"; known: {listed}{more}"
