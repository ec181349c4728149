"""What plugins hand in: a name and where its implementation is, imported on use."""

from dataclasses import dataclass

__all__ = ["Descriptor"]


@dataclass(frozen=True)
class Descriptor:
    """A registered thing.

    target: dotted path 'package.module:attribute' of the implementation.
    aliases: further names, such as 'pfld' for the family's default.
    """

    name: str
    target: str
    aliases: tuple[str, ...] = ()
