"""How far the outputs of two forms of a network are apart."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf, isinf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.artifact import Exactness
from zoo.errors import VerifyError
from zoo.graph import Graph, Quantization
from zoo.proof.certificate import Check

__all__ = ["Outputs", "can_exceed", "compare", "in_unit", "judging", "output_scales", "stacked"]

Outputs = Mapping[str, NDArray[Any]]


def output_scales(graph: Graph) -> Mapping[str, float]:
    """Return the scale of each output of an integer graph; nothing for a float one."""
    return {name: max(grid.scale) for name, grid in _output_grids(graph).items()}


def _output_grids(graph: Graph) -> Mapping[str, Quantization]:
    """Return the quantization behind each output that has one."""
    outputs = graph.border.outputs.items()
    return {name: t.quantization for name, t in outputs if t.quantization is not None}


def compare(
    step: str,
    expected: Sequence[Outputs],
    found: Sequence[Outputs],
    exactness: Exactness,
    scales: Mapping[str, float] | None = None,
    how: str = "re-run",
    spread: float | None = None,
) -> Check:
    """Return the check of one step over all golden inputs. how: as in zoo.proof.certificate.Check.

    spread: by how much another run may differ, None for the bound.
    Differences are in the unit of `exactness`: divided by the output's scale for 'lsb', by the
    largest magnitude of that output over all expected values for 'relative', else plain.
    Raises VerifyError where an output is absent or has another shape.
    """
    differences = []
    got_by_name = stacked(found)
    for name, wanted in stacked(expected).items():
        got = got_by_name.get(name)
        if got is None or got.shape != wanted.shape:
            raise VerifyError(
                f"step '{step}': output '{name}' "
                f"{'is absent' if got is None else f'has shape {list(got.shape[1:])}'}, "
                f"expected is shape {list(wanted.shape[1:])}"
            )
        unit = in_unit(exactness.unit, name, wanted, scales or {})
        differences.append((np.abs(wanted - got) / unit).ravel())
    every = np.concatenate(differences)
    bound = None if isinf(exactness.bound) else exactness.bound
    largest, mean = float(every.max()), float(every.mean())
    return Check(
        step=step,
        unit=exactness.unit,
        largest=float(f"{largest:.6g}"),  # six digits, but what is not zero stays so
        mean=float(f"{mean:.6g}"),
        bound=bound,
        values=every.size,
        why=exactness.why,
        how=how,
        spread=(bound or 0.0) if spread is None else spread,
    )


def judging(exactness: Exactness, graph: Graph) -> Exactness:
    """Return an infinite bound in place of one that an integer graph's outputs cannot exceed."""
    if exactness.unit == "lsb" and not can_exceed(graph, exactness.bound):
        return replace(exactness, bound=inf)
    return exactness


def can_exceed(graph: Graph, bound_lsb: float) -> bool:
    """Whether two integers of one of the outputs can be further apart than that."""
    return any(grid.qmax - grid.qmin > bound_lsb for grid in _output_grids(graph).values())


def stacked(runs: Sequence[Outputs]) -> Mapping[str, NDArray[np.float64]]:
    """Return each output over all golden inputs, [golden, ...]."""
    return {name: np.stack([np.asarray(run[name], np.float64) for run in runs]) for name in runs[0]}


def in_unit(
    unit: str, name: str, wanted: NDArray[np.float64], scales: Mapping[str, float]
) -> float:
    if unit == "lsb":
        return scales[name]
    if unit == "relative":
        return float(np.abs(wanted).max()) or 1.0
    return 1.0
