"""Results of evaluating a network on labelled data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from zoo.contract import Contract
from zoo.region_rule import RegionRule

if TYPE_CHECKING:
    from zoo.plugs import Run

__all__ = ["Curve", "Detector", "Evaluation", "Measurement", "metric_words"]

_UNITS = {"percent": "%", "deg": "degrees"}


@dataclass(frozen=True)
class Detector:
    """The network that finds another one's regions. regions: how its boxes become them."""

    contract: Contract
    run: "Run"
    regions: RegionRule


@dataclass(frozen=True)
class Curve:
    """A curve over all samples of a subject.

    name: such as 'Cumulative error', the same for all subjects of one kind.  x, y: what the axes
    are, with the unit.  x_limit, y_limit: the largest values to show; both axes begin at 0.
    points: finite (x, y), x never falling.
    is_step: y holds until the next point's x; otherwise points are joined.
    """

    name: str
    x: str
    y: str
    x_limit: float
    y_limit: float
    points: tuple[tuple[float, float], ...]
    is_step: bool = False


@dataclass(frozen=True)
class Measurement:
    """One line of a suite. test: its table; condition: how samples were changed or selected.

    count: samples; metrics: as in Evaluation, with the same names in all lines of a test.
    """

    test: str
    condition: str
    count: int
    metrics: Mapping[str, float]


@dataclass(frozen=True)
class Evaluation:
    """Metrics of one subject. data: name of the set and split; count: samples in it.

    metrics: values by name, with the unit in the name, such as 'nme_interocular_percent'.
    curves: to draw, () for none.  groups: the metrics of parts of the samples, such as a region of
    the face or a head pose, () for none.
    """

    data: str
    count: int
    metrics: Mapping[str, float]
    curves: tuple[Curve, ...] = ()
    groups: tuple[Measurement, ...] = ()


def metric_words(name: str) -> tuple[str, str]:
    """Return what a metric is and its unit, '' for none, from its name."""
    words, _, unit = name.rpartition("_")
    if not words:
        return name, ""
    return words.replace("_", " "), _UNITS.get(unit, unit)
