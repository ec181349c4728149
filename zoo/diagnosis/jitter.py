"""How much outputs jump when only the noise of a picture changes.

For a few pictures, each with several copies of Gaussian noise, the standard deviation of each
output number over the copies, as root mean square, in units of the output's spread. Steps of an
integer network can make it larger than the float network's, on a still scene.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.diagnosis.real_form import RealForm
from zoo.diagnosis.runner import Runner, Values
from zoo.proof.loss import relative_loss

__all__ = ["Jitter", "measure_jitter"]

_PICTURES, _COPIES = 6, 8
_SIGMA = 0.01
"""Of the input's range: a camera's noise in good light."""


@dataclass(frozen=True)
class Jitter:
    """Of one output, in spreads of the float network's output."""

    float_network: float
    integer_network: float


def measure_jitter(form: RealForm, runner: Runner, wanted: Values) -> Mapping[str, Jitter]:
    """Return the jitter of each output by name. wanted: the float network's outputs."""
    kept = runner.samples[:_PICTURES]
    span = float(runner.samples.max() - runner.samples.min())
    random = np.random.Generator(np.random.PCG64(0))
    noise = random.standard_normal((_COPIES, *kept.shape), np.float32) * np.float32(_SIGMA * span)
    noisy = runner.with_samples((kept + noise).reshape(-1, *kept.shape[1:]))
    found = []
    for parts in ((), form.parts):
        values = noisy.outputs(form.graph(parts))
        found.append({name: _relative(wanted[name], values[form.reals[name]]) for name in wanted})
    return {name: Jitter(found[0][name], found[1][name]) for name in wanted}


def _relative(wanted: NDArray[Any], noisy: NDArray[Any]) -> float:
    """Return the jitter of one output's values [copies * pictures, ...]."""
    copies = noisy.reshape(_COPIES, -1, *noisy.shape[1:])
    moved = copies - copies.mean(axis=0)
    deviation = float(np.sqrt(np.mean(np.square(moved, dtype=np.float64))))
    unit = relative_loss(wanted, wanted + np.float32(1))
    return float(f"{deviation * unit:.3g}")
