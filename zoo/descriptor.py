"""What plugins register: a name, and the path of its implementation, imported on use."""

from dataclasses import dataclass

__all__ = ["Descriptor"]


@dataclass(frozen=True)
class Descriptor:
    """A registered thing.

    target: dotted path 'package.module:attribute' of the implementation.
    aliases: alternative names, such as 'pfld' for the family's default.
    """

    name: str
    target: str
    aliases: tuple[str, ...] = ()
