"""The result of measuring a network on labelled data."""

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Evaluation"]


@dataclass(frozen=True)
class Evaluation:
    """Metrics of one subject. data: name of the set and split; count: samples in it.

    metrics: values by name, the unit in the name, such as 'nme_interocular_percent'.
    """

    data: str
    count: int
    metrics: Mapping[str, float]
