"""A family of landmark networks, as the code that serves several of them sees it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from torch import nn

__all__ = ["Family", "Member"]


class Member(Protocol):
    """A variant of a family."""

    @property
    def name(self) -> str: ...
    @property
    def points(self) -> int: ...
    @property
    def in_channels(self) -> int: ...


Variant = TypeVar("Variant", bound=Member)


@dataclass(frozen=True)
class Family(Generic[Variant]):
    """variants: by name.  load: a variant's network with weights."""

    variants: Mapping[str, Variant]
    load: Callable[[Variant, Path], nn.Module]
