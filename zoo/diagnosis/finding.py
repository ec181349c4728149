"""A finding of a diagnosis: what was measured where, and what helps."""

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["Finding"]


@dataclass(frozen=True)
class Finding:
    """One fault. kind: 'wrong normalisation', 'clipped range' and the like.

    where: a layer, a tensor, or what the fault is in.  measured, remedy: for people.
    weight: orders findings: above 1 for what makes all layers wrong, up to 1 for the share of the
    loss that a layer is responsible for, 0 for what costs no accuracy.
    facts: the numbers in `measured`, by name.
    """

    kind: str
    where: str
    measured: str
    remedy: str
    weight: float
    facts: Mapping[str, object] = field(default_factory=dict)
