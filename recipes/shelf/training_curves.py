"""A training's metrics by epoch as drawings, from the log that Lightning writes."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from pathlib import Path
from statistics import fmean, median

from zoo.data.evaluation import Curve
from zoo.drawing.charts import curve_chart
from zoo.drawing.svg import Drawing, standalone
from zoo.file_content import write_whole

__all__ = ["draw_training", "training_curves"]

_NO_METRICS = ("epoch", "step")
_OF_MEDIAN = 3.0
"""How far above the median a curve is shown: the first epochs would flatten all others."""


def draw_training(log: Path, file: Path) -> None:
    """Draw a log's metrics into an SVG file; nothing for a log without any.

    log: metrics.csv.
    """
    charts = list(training_curves(log))
    if charts:
        write_whole(file, standalone(charts).encode())


def training_curves(log: Path) -> Iterator[Drawing]:
    """Yield a chart of each metric by epoch, means of an epoch's values."""
    for name, values in _by_epoch(log).items():
        points = tuple((float(epoch + 1), fmean(found)) for epoch, found in sorted(values.items()))
        heights = [y for _, y in points]
        curve = Curve(
            name=name,
            x="epoch",
            y=name.replace("_", " "),
            x_limit=max(points[-1][0], 1.0),
            y_limit=_height(heights),
            points=points,
        )
        yield curve_chart(name.replace("_", " "), [(name, curve)])


def _height(heights: Sequence[float]) -> float:
    """Return the largest value to show, above 0."""
    wanted = min(max(heights), _OF_MEDIAN * median(heights))
    return wanted if wanted > 0 else max(*heights, 1.0)


def _by_epoch(log: Path) -> Mapping[str, Mapping[int, list[float]]]:
    """Return the finite values of each metric by epoch."""
    found: dict[str, dict[int, list[float]]] = {}
    with log.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            for name, text in row.items():
                if name not in _NO_METRICS and text and isfinite(float(text)):
                    epochs = found.setdefault(name, {})
                    epochs.setdefault(int(row["epoch"]), []).append(float(text))
    return found
