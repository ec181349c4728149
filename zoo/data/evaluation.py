"""Results of evaluating a network on labelled data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoo.contract import Contract
from zoo.region_rule import RegionRule

if TYPE_CHECKING:
    from zoo.plugs import Run

__all__ = ["Detector", "Evaluation", "Measurement"]


@dataclass(frozen=True)
class Detector:
    """The network that finds another one's regions. regions: how its boxes become them."""

    contract: Contract
    run: "Run"
    regions: RegionRule


@dataclass(frozen=True)
class Evaluation:
    """Metrics of one subject. data: name of the set and split; count: samples in it.

    metrics: values by name, with the unit in the name, such as 'nme_interocular_percent'.
    """

    data: str
    count: int
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Measurement:
    """One line of a suite. test: its table; condition: how samples were changed or selected.

    count: samples; metrics: as in Evaluation, with the same names in all lines of a test.
    """

    test: str
    condition: str
    count: int
    metrics: Mapping[str, float]
