"""Scales tensors between two convolutions so that their best grid is a power of two.

With scales 2**-f a tensor uses between half and all of its integers. With a positive factor, which
commutes with a ReLU and is undone in the next weights (compilers.quantize.equalize), it uses all:

    W1 *= 2**ceil(log2(s)) / s,  W2 /= the same

where s is the scale with the least squared error. The network computes the same function.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from compilers.quantize.calibrate import Calibration
from compilers.quantize.equalize import Pair, equalizable
from compilers.quantize.observe import observe
from zoo.graph import Graph, Tensor
from zoo.scheme import Scheme

__all__ = ["fill"]


def fill(graph: Graph, seen: Calibration, scheme: Scheme) -> tuple[Graph, Calibration]:
    """Return the float graph, scaled where possible, and its calibration."""
    if scheme.scale != "power_of_two" or scheme.fix_point is not None:
        return graph, seen
    factors = [(pair, _factor(pair, seen, scheme)) for pair in equalizable(graph)]
    scaled = {
        pair.node.output: seen.histograms[pair.node.output].scaled(factor)
        for pair, factor in factors
    }
    return (
        graph.replace(graph.nodes, _constants(graph, factors)),
        replace(seen, histograms={**seen.histograms, **scaled}),
    )


def _factor(pair: Pair, seen: Calibration, scheme: Scheme) -> float:
    own = replace(scheme.at(pair.node.name, pair.node.output), scale="float")
    scale = observe(seen.histograms[pair.node.output], own, "mse").scale[0]
    return float(2.0 ** math.ceil(math.log2(scale)) / scale)


def _constants(graph: Graph, factors: Sequence[tuple[Pair, float]]) -> Iterator[Tensor]:
    gains: dict[str, float] = {}
    for pair, factor in factors:
        for name in pair.before:
            gains[name] = gains.get(name, 1.0) * factor
        gains[pair.after] = gains.get(pair.after, 1.0) / factor
    for name, gain in gains.items():
        data: NDArray[np.float64] = np.asarray(graph.tensors[name].data, np.float64) * gain
        yield replace(graph.tensors[name], data=data.astype(np.float32))
