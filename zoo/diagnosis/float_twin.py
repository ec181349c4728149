"""The float parameters of an integer network's layers, in its own scaling of channels.

Equalisation divides the channels of a tensor by d in one layer and multiplies them in the next, so
that an integer network's weights are no roundings of the float network's weights w, but of

    w[k, c, ...] * d_in[c] / d_out[k],  bias[k] / d_out[k]

d is found from both layers' weights by least squares, in units of their integers' steps. However
well it is found, a network with these weights computes what the float network does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from zoo import registry
from zoo.graph import Graph, Node, Tensor, quantization_of
from zoo.op import Op

__all__ = ["float_parameters"]

Array = NDArray[np.float64]

_SWEEPS = 20
_PASSES_FACTORS = ((-inf, inf), (0.0, inf))
"""Clamps that commute with a positive factor."""


@dataclass(frozen=True, eq=False)
class _Layer:
    """A layer's tensors, and its weights [G, K / G, C / G, taps] in units of each row's step.

    found: the integer network's.  given: the float network's.
    """

    op: Op
    node: Node
    weight: Tensor
    bias: Tensor | None
    float_weight: Array
    float_bias: Array
    found: Array
    given: Array


def float_parameters(integers: Graph, floats: Graph) -> Iterator[Tensor]:
    """Yield float weights and biases by their names in the integer graph.

    Layers are matched by their node's name; one that the float graph lacks has none.
    """
    layers = {layer.node.output: layer for layer in _layers(integers, floats)}
    divisors = _divisors(integers, layers)
    for layer in layers.values():
        before, after = divisors.get(layer.node.inputs[0]), divisors.get(layer.node.output)
        yield _as_float(layer.weight, _scaled(layer.float_weight, before, after))
        if layer.bias is not None:
            bias = layer.float_bias if after is None else layer.float_bias / after
            yield _as_float(layer.bias, bias)


def _reals_of(tensor: Tensor) -> Array:
    """Return the reals of a constant."""
    data = np.asarray(tensor.data, np.float64)
    if tensor.quantization is None:
        return data
    scale, zero = _laid(tensor, "scale"), _laid(tensor, "zero_point")
    return np.asarray((data - zero) * scale)


def _laid(tensor: Tensor, field: str) -> Array:
    """Return a field of the quantization, as it is broadcast over the tensor."""
    grid = quantization_of(tensor)
    values = np.array(getattr(grid, field), np.float64)
    if grid.axis is None:
        return values
    shape = [1] * len(tensor.shape)
    shape[grid.axis] = -1
    return values.reshape(shape)


def _layers(integers: Graph, floats: Graph) -> Iterator[_Layer]:
    known = {node.name: node for node in floats.nodes}
    for node in integers.nodes:
        given, op = known.get(node.name), registry.load("op", node.op)
        if op.weight_input is None or given is None or given.op != node.op:
            continue
        weight, *rest = (integers.tensors[name] for name in node.inputs[op.weight_input :])
        wanted, *own = (floats.tensors[name] for name in given.inputs[op.weight_input :])
        if weight.quantization is None or wanted.data is None or weight.shape != wanted.shape:
            continue
        step = _laid(weight, "scale")
        real = _reals_of(wanted)
        yield _Layer(
            op=op,
            node=node,
            weight=weight,
            bias=rest[0] if rest else None,
            float_weight=real,
            float_bias=_reals_of(own[0]) if own else np.zeros(_count(rest)),
            found=_grouped(node, _reals_of(weight) / step),
            given=_grouped(node, real / step),
        )


def _count(tensors: Sequence[Tensor]) -> int:
    return int(tensors[0].shape[0]) if tensors else 0


def _grouped(node: Node, weight: Array) -> Array:
    groups = node.attributes.get("group", 1)
    assert isinstance(groups, int)
    rows, per_group = weight.shape[:2]
    return weight.reshape(groups, rows // groups, per_group, -1)


def _divisors(graph: Graph, layers: Mapping[str, _Layer]) -> dict[str, Array]:
    """Return d, [C], of each tensor that can be scaled, by name."""
    pairs = {name: _reader(graph, layers, name) for name in layers}
    scaled = {name: reader for name, reader in pairs.items() if reader is not None}
    divisors = {name: np.ones(layers[name].found[..., 0, 0].size) for name in scaled}
    for _ in range(_SWEEPS):
        for name, reader in scaled.items():
            rows = _row_factors(layers[name], divisors.get(layers[name].node.inputs[0]))
            columns = _column_factors(reader, divisors.get(reader.node.output))
            divisors[name] = _joined(rows, columns, divisors[name])
    return divisors


def _reader(graph: Graph, layers: Mapping[str, _Layer], name: str) -> _Layer | None:
    """Return the only layer that reads a layer's output, if factors pass from one to the other."""
    readers = graph.consumers(name)
    if len(readers) != 1 or name in graph.outputs or readers[0].output not in layers:
        return None
    layer, reader = layers[name], layers[readers[0].output]
    passes = layer.node.attributes.get("clamp", (-inf, inf)) in _PASSES_FACTORS
    are_rows = layer.op.weight_axis == reader.op.weight_axis == 0 and reader.op.weight_input == 1
    return reader if passes and are_rows and reader.node.inputs[0] == name else None


def _row_factors(layer: _Layer, before: Array | None) -> tuple[Array, Array]:
    """Return 1 / d and its squared signal to noise, [K], of the layer that computes a tensor."""
    given = layer.given if before is None else layer.given * _on_columns(layer, before)
    return _fit(layer.found, given, (2, 3))


def _column_factors(layer: _Layer, after: Array | None) -> tuple[Array, Array]:
    """Return d and its squared signal to noise, [C], of the layer that reads a tensor."""
    given = layer.given if after is None else layer.given / _on_rows(layer, after)
    return _fit(layer.found, given, (1, 3))


def _fit(found: Array, given: Array, axes: tuple[int, ...]) -> tuple[Array, Array]:
    squares, products = (given * given).sum(axis=axes), (found * given).sum(axis=axes)
    factors = np.divide(products, squares, out=np.zeros_like(products), where=squares > 0)
    return factors.reshape(-1), (factors * factors * squares).reshape(-1)


def _joined(rows: tuple[Array, Array], columns: tuple[Array, Array], before: Array) -> Array:
    """Return the mean of both logarithms of d, weighted by what is known; else as before."""
    total, weight = np.zeros_like(before), np.zeros_like(before)
    for (factors, known), sign in ((rows, -1.0), (columns, 1.0)):
        tells = (factors > 0) & (known > 0)
        total += np.where(tells, sign * known * np.log(np.where(tells, factors, 1.0)), 0.0)
        weight += np.where(tells, known, 0.0)
    return np.where(weight > 0, np.exp(total / np.where(weight > 0, weight, 1.0)), before)


def _scaled(weight: Array, before: Array | None, after: Array | None) -> Array:
    """Return a weight [K, C / G, ...] times d_in / d_out."""
    rows = np.ones(len(weight)) if after is None else after
    scaled = weight / rows.reshape(-1, *[1] * (weight.ndim - 1))
    if before is None:
        return np.asarray(scaled)
    per_group = weight.shape[1]
    groups = len(before) // per_group
    grouped = scaled.reshape(groups, len(weight) // groups, per_group, -1)
    return np.asarray((grouped * before.reshape(groups, 1, per_group, 1)).reshape(weight.shape))


def _on_columns(layer: _Layer, values: Array) -> Array:
    groups, _, per_group, _ = layer.given.shape
    return values.reshape(groups, 1, per_group, 1)


def _on_rows(layer: _Layer, values: Array) -> Array:
    groups, rows, _, _ = layer.given.shape
    return values.reshape(groups, rows, 1, 1)


def _as_float(tensor: Tensor, data: Array) -> Tensor:
    values = data.astype(np.float32)
    return replace(tensor, dtype="float32", quantization=None, data=values)
