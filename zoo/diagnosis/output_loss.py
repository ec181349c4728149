"""The loss at a network's outputs as one number."""

from collections.abc import Mapping
from statistics import fmean

from zoo.diagnosis.runner import Values
from zoo.proof.loss import relative_loss

__all__ = ["losses", "mean_loss"]


def losses(wanted: Values, found: Values) -> Mapping[str, float]:
    """Return zoo.proof.loss.relative_loss of each output. wanted: the float network's, by name."""
    return {name: relative_loss(array, found[name]) for name, array in wanted.items()}


def mean_loss(wanted: Values, found: Values) -> float:
    """Return the mean over the outputs to four digits, as calibration compares candidates."""
    return float(f"{fmean(losses(wanted, found).values()):.4g}")
