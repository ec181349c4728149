"""Differences between the outputs of two forms of a network."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf, isinf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.artifact import Exactness
from zoo.errors import VerifyError
from zoo.graph import Graph, Quantization
from zoo.proof.certificate import Check

__all__ = ["Outputs", "can_exceed", "compare", "in_unit", "judging", "least_units", "output_scales"]

Outputs = Mapping[str, NDArray[Any]]

_PROBABILITY_UNIT = 0.01
"""Runtimes compute sigmoid and softmax to about 1e-7 of 1, however small the result is."""

_PROBABILITIES, _MOVES = ("sigmoid", "softmax"), ("reshape", "transpose", "slice")


def output_scales(graph: Graph) -> Mapping[str, float]:
    """Return the scale of each output of an integer graph; nothing for a float one."""
    return {name: max(grid.scale) for name, grid in _output_grids(graph).items()}


def least_units(graph: Graph) -> Mapping[str, float]:
    """Return the least unit of a 'relative' difference, of each output that is a probability.

    A detector of text returns only tiny ones for a picture without any; relative to these, the
    rounding of the runtime itself would look like a wrong network.
    """
    return {name: _PROBABILITY_UNIT for name in graph.outputs if _is_probability(graph, name)}


def _is_probability(graph: Graph, name: str) -> bool:
    node = graph.producer(name)
    while node is not None and node.op in _MOVES:
        node = graph.producer(node.inputs[0])
    return node is not None and node.op in _PROBABILITIES


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
    least: Mapping[str, float] | None = None,
) -> Check:
    """Return the check of one step over all golden inputs. how: as in zoo.proof.certificate.Check.

    spread: allowed difference of another run, None for the bound.
    Differences are in the unit of `exactness`: divided by the output's scale for 'lsb', by the
    largest magnitude of that output over all expected values for 'relative', otherwise plain.
    least: the least divisor of each output for 'relative', see `least_units`.
    Shapes may differ between inputs. Texts must be equal.
    Raises VerifyError if an output is absent, or its shape or texts differ.
    """
    differences = [np.zeros(0)]
    for name in expected[0] if expected else ():
        wanted = [run[name] for run in expected]
        got = list(_counterparts(f"step '{step}': output '{name}'", name, wanted, found))
        if wanted[0].dtype.kind != "U":
            unit = in_unit(exactness.unit, name, wanted, scales or {}, least or {})
            differences.append(np.abs(_flat(wanted) - _flat(got)) / unit)
    every = np.concatenate(differences)
    bound = None if isinf(exactness.bound) else exactness.bound
    largest, mean = (float(every.max()), float(every.mean())) if every.size else (0.0, 0.0)
    return Check(
        step=step,
        unit=exactness.unit,
        largest=float(f"{largest:.6g}"),  # six digits, but nonzero values stay nonzero
        mean=float(f"{mean:.6g}"),
        bound=bound,
        values=every.size,
        why=exactness.why,
        how=how,
        spread=(bound or 0.0) if spread is None else spread,
    )


def judging(exactness: Exactness, graph: Graph) -> Exactness:
    """Replace a bound that an integer graph's outputs cannot exceed with infinity."""
    if exactness.unit == "lsb" and not can_exceed(graph, exactness.bound):
        return replace(exactness, bound=inf)
    return exactness


def can_exceed(graph: Graph, bound_lsb: float) -> bool:
    """Whether two integers of any output can differ by more than that."""
    return any(grid.qmax - grid.qmin > bound_lsb for grid in _output_grids(graph).values())


def in_unit(
    unit: str,
    name: str,
    wanted: Sequence[NDArray[Any]],
    scales: Mapping[str, float],
    least: Mapping[str, float],
) -> float:
    """Return the divisor of a difference. wanted: an output, for each golden input."""
    if unit == "lsb":
        return scales[name]
    if unit == "relative":
        largest = float(np.abs(_flat(wanted)).max(initial=0.0))
        return max(largest, least.get(name, 0.0)) or 1.0
    return 1.0


def _counterparts(
    what: str, name: str, expected: Sequence[NDArray[Any]], found: Sequence[Outputs]
) -> Iterator[NDArray[Any]]:
    """Yield an output of each run; raises VerifyError if shape or texts differ."""
    for index, (wanted, run) in enumerate(zip(expected, found, strict=True), start=1):
        got, where = run.get(name), f"for input {index} of {len(found)}"
        if got is None or got.shape != wanted.shape:
            says = "is absent" if got is None else f"has shape {list(got.shape)}"
            raise VerifyError(f"{what} {says}, expected shape {list(wanted.shape)}, {where}")
        if wanted.dtype.kind == "U" and not np.array_equal(wanted, got):
            raise VerifyError(f"{what} is {got.tolist()}, expected {wanted.tolist()}, {where}")
        yield got


def _flat(arrays: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
    return np.concatenate([array.ravel().astype(np.float64) for array in arrays])
