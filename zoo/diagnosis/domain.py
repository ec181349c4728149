"""Whether calibration pictures are like the others, and enough.

Each tensor has a mean and a standard deviation on each picture. Two sets of pictures are compared
by the two-sample Kolmogorov-Smirnov statistic, the largest distance of both distributions (Massey
1951, "The Kolmogorov-Smirnov Test for Goodness of Fit"), which needs no model of how they should
be distributed. Sets of n and m pictures from the same source exceed

    sqrt(-ln(alpha / 2) / 2) * sqrt((n + m) / (n * m))

with the probability alpha (Smirnov 1948), here divided by the number of comparisons (Bonferroni).
"""

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from zoo.diagnosis.tensors import PictureStatistics

__all__ = ["Distance", "distance", "range_spread_bits"]

_ALPHA = 0.001

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Distance:
    """The largest Kolmogorov-Smirnov statistic over all tensors.

    statistic: 0 to 1.  critical: what sets of this size from one source stay below.
    tensor, of: where it is, and of which number of a picture.  beyond: tensors above `critical`.
    """

    statistic: float
    critical: float
    tensor: str
    of: str
    beyond: int
    tensors: int

    @property
    def is_significant(self) -> bool:
        """Whether the sets are not from one source, but for one case in a thousand."""
        return self.statistic > self.critical


def distance(one: PictureStatistics, other: PictureStatistics) -> Distance:
    """Return the distance of two sets of pictures."""
    found = {
        (name, of): _kolmogorov_smirnov(getattr(one, of)[name], getattr(other, of)[name])
        for of in ("mean", "deviation")
        for name in one.mean
    }
    n, m = (len(next(iter(side.mean.values()))) for side in (one, other))
    alpha = _ALPHA / len(found)
    critical = sqrt(-log(alpha / 2) / 2) * sqrt((n + m) / (n * m))
    name, of = max(found, key=lambda key: found[key])
    beyond = {tensor for (tensor, _), statistic in found.items() if statistic > critical}
    return Distance(
        statistic=float(f"{found[name, of]:.3g}"),
        critical=float(f"{critical:.3g}"),
        tensor=name,
        of=of,
        beyond=len(beyond),
        tensors=len(one.mean),
    )


def range_spread_bits(statistics: PictureStatistics) -> float:
    """Return by how much the ranges of both halves of a set differ: |log2|, the median tensor's."""
    differences = []
    for name, high in statistics.high.items():
        low = statistics.low[name]
        ranges = [float(high[h::2].max() - low[h::2].min()) for h in (0, 1)]
        if min(ranges) > 0:
            differences.append(abs(log(ranges[0] / ranges[1], 2)))
    return float(f"{np.median(differences):.3g}") if differences else 0.0


def _kolmogorov_smirnov(one: Array, other: Array) -> float:
    every = np.sort(np.concatenate([one, other]))
    shares = [
        np.searchsorted(np.sort(side), every, side="right") / len(side) for side in (one, other)
    ]
    return float(np.abs(shares[0] - shares[1]).max())
