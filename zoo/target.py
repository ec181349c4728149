"""A target: a board as data."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Target"]


@dataclass(frozen=True)
class Target:
    """A board, and which plugins build for it.

    compiler, executor, app: names of plugins.
    schemes: scheme by --quant ('none', 'fp16', 'ptq', 'qat'); the first entry is no default.
    accepts: further schemes that --scheme may ask for.
    refuses: reason and remedy by quantization or scheme that users would expect but must not have.
    facts: what the compiler, the app and the reader need to know, units in the keys.
    """

    name: str
    summary: str
    compiler: str
    executor: str
    app: str
    schemes: Mapping[str, str]
    accepts: tuple[str, ...] = ()
    refuses: Mapping[str, str] = field(default_factory=dict)
    package: str = "tar.gz"
    facts: Mapping[str, str | int] = field(default_factory=dict)
