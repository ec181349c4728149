"""Equalisation by values: shift scale between neighbouring layers to balance their activations.

Like compilers.quantize.equalize, this divides channel c of a tensor by s_c in one layer and
multiplies it by s_c in the next, so the network computes the same function. Here the factors depend
on what calibration sees: channels share a grid, and one with small values uses few of its integers.
Xiao et al. 2023, "SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language
Models", section 4.2, equation 4 with alpha = 1/2:

    s_c = sqrt(a_c / w_c)

where a_c is the largest magnitude of the channel's values, w_c that of the weights that read it.

With a scale for each output channel, w_c is the largest share of a row, weight / largest of its
row. A depthwise layer has one weight per scale, which no factor makes worse: s_c = a_c. With one
scale for all weights, the rows before the tensor must be balanced, too: a_c is the larger one of
both, the values' and the row's, each as a share of the largest.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arithmetic import clamp_of
from compilers.quantize.equalize import Equalized, by_channel, equalizable
from zoo.graph import Graph
from zoo.scheme import Scheme

__all__ = ["balance", "open_clamps"]

_FAINT = 2.0**-8
"""Channels below this share of the largest do not count: their bias could dominate the others."""

Array = NDArray[np.float64]


def open_clamps(graph: Graph, largest: Mapping[str, float]) -> Graph:
    """Return the graph without the upper clamps that no value reaches: ReLU6 becomes ReLU.

    largest: values seen, by tensor; one that is not named reaches none.  No factor passes a clamp
    above 0. Values beyond those seen saturate on the grid.
    """
    nodes = []
    for node in graph.nodes:
        low, high = clamp_of(node)
        if low == 0.0 and largest.get(node.output, -inf) < high < inf:
            node = replace(node, attributes={**node.attributes, "clamp": (low, inf)})
        nodes.append(node)
    return graph.replace(nodes)


def balance(graph: Graph, channels: Mapping[str, Array], scheme: Scheme) -> Equalized:
    """Return the float graph with balanced tensors.

    channels: least and largest value of the equalizable tensors' channels, [2, C] by name.
    """
    pairs = list(equalizable(graph))
    names = dict.fromkeys(name for pair in pairs for name in (*pair.before, pair.after))
    arrays = {name: np.array(graph.tensors[name].data, np.float64) for name in names}
    divisors = {}
    for pair in pairs:
        values = np.abs(channels[pair.node.output]).max(axis=0)
        after = by_channel(arrays[pair.after], len(values))
        rows = np.abs(arrays[pair.before[0]].reshape(len(values), -1)).max(axis=1)
        columns = np.abs(after).max(axis=(1, 3)).reshape(-1)
        if not scheme.weight_per_channel:
            factors = _factors(np.maximum(_relative(values), _relative(rows)), columns, columns)
        elif after.shape[2] == 1:
            factors = _depthwise_factors(values)
        else:
            factors = _factors(values, _shares(after), columns)
        for name in pair.before:
            arrays[name] /= factors.reshape(-1, *[1] * (arrays[name].ndim - 1))
        after *= factors.reshape(len(after), 1, -1, 1)
        divisors[pair.node.output] = factors
    changed = (
        replace(graph.tensors[name], data=array.astype(np.float32))
        for name, array in arrays.items()
    )
    return Equalized(graph.replace(graph.nodes, changed), divisors)


def _shares(after: Array) -> Array:
    """Return each channel's largest share of a row, [C]. after: [groups, K, C / groups, taps]."""
    rows = np.abs(after).max(axis=(2, 3), keepdims=True)
    return np.asarray(_ratio(np.abs(after), rows).max(axis=(1, 3)).reshape(-1))


def _factors(values: Array, weights: Array, reach: Array) -> Array:
    """Return s, [C]; their geometric mean over the channels that count is 1.

    reach: the largest weight that reads each channel, which decides whether it counts.
    """
    counts = (weights > 0) & (values * reach > _FAINT * (values * reach).max())
    factors = np.ones_like(values)
    if counts.any():
        factors[counts] = _normal(np.sqrt(values[counts] / weights[counts]))
    return factors


def _depthwise_factors(values: Array) -> Array:
    largest = values.max()
    return _normal(np.maximum(values, _FAINT * largest)) if largest > 0 else np.ones_like(values)


def _normal(factors: Array) -> Array:
    """Return the factors with a geometric mean of 1."""
    return np.asarray(np.exp(np.log(factors) - np.log(factors).mean()))


def _relative(values: Array) -> Array:
    return _ratio(values, values.max())


def _ratio(a: Array, b: Array) -> Array:
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)
