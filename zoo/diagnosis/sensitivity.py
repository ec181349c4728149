"""The effect of rounding one part of a network at its outputs: alone, and all but it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from zoo.diagnosis.output_loss import mean_loss
from zoo.diagnosis.real_form import Part, RealForm
from zoo.diagnosis.runner import Runner, Values
from zoo.graph import quantization_of
from zoo.reporting import report

__all__ = ["Sensitivity", "measure_sensitivities"]


@dataclass(frozen=True)
class Sensitivity:
    """The loss (zoo.proof.loss.relative_loss) with only this part rounded, and with all others.

    left_in_float: with the rest rounded.  share: of the whole loss, by its square; rounding errors
    that do not depend on each other add up by their squares.
    bits: of its integers.  row_ratio: of weights with one scale, the range of the widest output
    channel over that of the median one; 1 for others.  widest: that channel.
    """

    part: Part
    alone: float
    left_in_float: float
    share: float
    bits: int
    row_ratio: float = 1.0
    widest: int = 0


def measure_sensitivities(
    form: RealForm, runner: Runner, wanted: Values, loss: float
) -> tuple[Sensitivity, ...]:
    """Return the sensitivity of every part, the one with the largest share first.

    wanted: the float network's outputs, by name in the integer graph.  loss: with all rounded.
    """
    found = []
    for index, part in enumerate(form.parts, start=1):
        rest = [other for other in form.parts if other is not part]
        alone, left = (_loss(form, kept, runner, wanted) for kept in ((part,), rest))
        share = max(1 - (left / loss) ** 2, min((alone / loss) ** 2, 1.0)) if loss else 0.0
        rounded = alone, left, float(f"{share:.4g}")
        found.append(Sensitivity(part, *rounded, *_rows(form, part)))
        if index % 20 == 0 or index == len(form.parts):
            report(f"rounded {index} of {len(form.parts)} parts of the network, one at a time")
    return tuple(sorted(found, key=lambda one: -one.share))


def _loss(form: RealForm, parts: Sequence[Part], runner: Runner, wanted: Values) -> float:
    values = runner.outputs(form.graph(parts))
    return mean_loss(wanted, {name: values[form.reals[name]] for name in wanted})


def _rows(form: RealForm, part: Part) -> tuple[int, float, int]:
    """Return bits, the ratio of the rows' ranges, and the widest row."""
    grid = quantization_of(form.integers.tensors[part.tensors[0]])
    if part.kind == "values" or grid.axis is not None:
        return grid.bits, 1.0, 0
    weight = np.asarray(form.parameters[part.tensors[0]].data)
    ranges = np.abs(weight.reshape(len(weight), -1)).max(axis=1)
    median = float(np.median(ranges[ranges > 0])) if ranges.any() else 0.0
    ratio = float(f"{ranges.max() / median:.4g}") if median else 1.0
    return grid.bits, ratio, int(ranges.argmax())
