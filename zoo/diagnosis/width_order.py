"""What other bit widths do at a network's outputs, measured one layer or one value at a time.

Weights in 4 bits are ordered by what they cost per byte that they save: the loss with the weights
of one layer in 4 bits and all else in float, squared, since independent errors add up by their
squares (Dong et al. 2019, "HAWQ: Hessian AWare Quantization of Neural Networks with
Mixed-Precision", orders layers by curvature and size likewise). Values in 16 bits are ordered by
what they gain: the loss with one of them in 8 bits and all else in float.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from zoo import registry
from zoo.diagnosis.output_loss import mean_loss
from zoo.diagnosis.real_form import Part, RealForm
from zoo.diagnosis.runner import Runner, Values
from zoo.errors import QuantizeError
from zoo.graph import Graph, Node, Tensor, quantization_of
from zoo.reporting import report
from zoo.scheme import Override, exact_pattern

__all__ = ["NARROW", "WIDE", "WidthChange", "narrow_weights", "wide_values"]

NARROW, WIDE = 4, 16
_STEPS = 7
"""Weights of -7 to 7."""


@dataclass(frozen=True)
class WidthChange:
    """Another bit width for the weights or the value of one node.

    loss: of weights, with these alone in 4 bits; of a value, with it alone in 8 bits; all else in
    float.  saved_bytes: half of the weights, 0 for a value.
    """

    override: Override
    node: str
    loss: float
    saved_bytes: int = 0


def narrow_weights(form: RealForm, pictures: Runner, wanted: Values) -> tuple[WidthChange, ...]:
    """Return the layers whose weights may get 4 bits, the cheapest per byte first.

    wanted: the float network's outputs, by name in the integer graph.
    """
    layers = [part for part in form.parts if part.kind == "weights"]
    found = []
    for part in layers:
        name = part.tensors[0]
        coarse = _in_four_bits(form.parameters[name], form.integers.tensors[name])
        trial = replace(form, parameters={**form.parameters, name: coarse})
        loss = _loss(trial, (), pictures, wanted)
        override = Override(exact_pattern(part.node), weight_bits=NARROW)
        found.append(WidthChange(override, part.node, loss, part.weight_bytes // 2))
    report(f"measured {len(layers)} layers with 4-bit weights, one at a time")
    return tuple(sorted(found, key=lambda one: one.loss**2 / max(one.saved_bytes, 1)))


def wide_values(
    form: RealForm, floats: Graph, pictures: Runner, wanted: Values
) -> tuple[WidthChange, ...]:
    """Return the values that may get 16 bits, the one whose 8 bits lose most first.

    floats: the network that was quantized; what quantization added keeps its width, and so does
    what a table reads, or an op stores in 8 bits only.
    """
    known = {node.name for node in floats.nodes}
    parts = [
        part
        for part in form.parts
        if part.kind == "values" and part.node in known and _may_be_wide(form.integers, part)
    ]
    found = []
    for part in parts:
        override = Override(exact_pattern(part.node), activation_bits=WIDE)
        found.append(WidthChange(override, part.node, _loss(form, (part,), pictures, wanted)))
    report(f"measured {len(parts)} values in 8 bits, one at a time")
    return tuple(sorted(found, key=lambda one: -one.loss))


def _loss(form: RealForm, rounded: Iterable[Part], pictures: Runner, wanted: Values) -> float:
    found = pictures.outputs(form.graph(tuple(rounded)))
    return mean_loss(wanted, {name: found[form.reals[name]] for name in wanted})


def _may_be_wide(graph: Graph, part: Part) -> bool:
    """Whether a value has fewer bits, and its op and all its readers can compute with more."""
    wide = {name: _widened(graph.tensors[name]) for name in part.tensors}
    if quantization_of(graph.tensors[part.tensors[0]]).bits >= WIDE:
        return False
    touched = (n for n in graph.nodes if not wide.keys().isdisjoint((*n.inputs, n.output)))
    return all(_can_compute(graph, node, wide) for node in touched)


def _widened(tensor: Tensor) -> Tensor:
    grid = replace(quantization_of(tensor), bits=WIDE)
    return replace(tensor, dtype=grid.dtype, quantization=grid)


def _can_compute(graph: Graph, node: Node, wide: dict[str, Tensor]) -> bool:
    inputs = [wide.get(name, graph.tensors[name]) for name in node.inputs]
    output = wide.get(node.output, graph.tensors[node.output])
    try:
        registry.load("op", node.op).fix_integers(node, inputs, output)
    except QuantizeError:
        return False
    return True


def _in_four_bits(tensor: Tensor, integer: Tensor) -> Tensor:
    """Return float weights rounded to the nearest of 15 steps per scale, [K, ...]."""
    data = np.asarray(tensor.data, np.float64)
    axis = quantization_of(integer).axis
    others = tuple(i for i in range(data.ndim) if i != axis)
    step = np.abs(data).max(axis=others, keepdims=True) / _STEPS
    rounded = np.round(np.divide(data, step, out=np.zeros_like(data), where=step > 0)) * step
    return replace(tensor, data=rounded.astype(np.float32))
