"""From a float graph and the quantization of its activations to the integer graph."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from compilers.op_parts.affine import quantize
from compilers.op_table import find_op
from compilers.quantize.float_scales import fit_float_scales
from compilers.quantize.histogram import measure
from compilers.quantize.observe import observe
from compilers.quantize.rounding import to_integers
from compilers.quantize.shifts import fit_fix_points
from compilers.quantize.weighted import weighted_nodes
from zoo.errors import QuantizeError
from zoo.graph import Graph, Node, Quantization, Tensor
from zoo.scheme import Scheme

__all__ = ["place"]

Grids = Mapping[str, Quantization]


def place(graph: Graph, activations: Grids, scheme: Scheme) -> Graph:
    """Return the integer graph: quantized tensors, integer constants, quantize and dequantize.

    graph: float, each weighted node with parameters of its own.  activations: by name, all.
    Raises QuantizeError naming node and op where the scheme cannot be applied.
    """
    tensors = {
        **{name: _quantized(graph.tensors[name], grid) for name, grid in activations.items()},
        **{t.name: t for t in _constants(graph, scheme)},
        **{t.name: t for t in _parameters(graph, activations, scheme)},
    }
    inner = replace(graph, tensors={**graph.tensors, **tensors})
    nodes = [_with_integers(inner, node) for node in inner.nodes]
    return _with_borders(inner.replace(nodes))


def _parameters(graph: Graph, activations: Grids, scheme: Scheme) -> Iterator[Tensor]:
    """Yield weights and biases as integers."""
    for weighted in weighted_nodes(graph):
        grid_in = activations[weighted.node.inputs[0]]
        grid_out = activations[weighted.node.output]
        if scheme.scale == "power_of_two":
            grids = fit_fix_points(weighted, grid_in, grid_out, scheme)
        else:
            scales = grid_in.scale[0], grid_out.scale[0]
            grids = fit_float_scales(weighted, *scales, scheme)
        yield _integers(weighted.weight, grids[0], scheme, scheme.weight_qmin)
        yield _integers(weighted.bias, grids[1], scheme)


def _constants(graph: Graph, scheme: Scheme) -> Iterator[Tensor]:
    """Yield the constants that nodes read beside activations (x + 1), on grids like theirs."""
    for node in graph.nodes:
        op = find_op(node.op)
        for index, tensor in enumerate(graph.inputs_of(node)):
            weighs = op.weight_input is not None and index >= op.weight_input
            if tensor.is_constant and not weighs and index not in op.float_inputs:
                data = np.asarray(tensor.data)
                grid = observe(measure(data.reshape(1, -1)), scheme, "minmax")
                yield replace(_quantized(tensor, grid), data=quantize(data, grid))


def _quantized(tensor: Tensor, grid: Quantization) -> Tensor:
    return replace(tensor, dtype=grid.dtype, quantization=grid)


def _integers(tensor: Tensor, grid: Quantization, scheme: Scheme, low: int | None = None) -> Tensor:
    data = to_integers(np.asarray(tensor.data), grid, scheme.weight_rounding, low)
    return replace(_quantized(tensor, grid), data=data)


def _with_integers(graph: Graph, node: Node) -> Node:
    try:
        integer = find_op(node.op).fix_integers(
            node, graph.inputs_of(node), graph.tensors[node.output]
        )
    except QuantizeError as error:
        raise QuantizeError(
            f"graph '{graph.name}': node '{node.name}' ({node.op}) cannot be quantized: {error}"
        ) from error
    return replace(node, integer=integer)


def _with_borders(graph: Graph) -> Graph:
    """Return the graph with float inputs and outputs again, by quantize and dequantize nodes."""
    inner = {name: f"{name}_quantized" for name in (*graph.inputs, *graph.outputs)}
    tensors = [replace(graph.tensors[name], name=inside) for name, inside in inner.items()]
    tensors += [replace(graph.tensors[name], dtype="float32", quantization=None) for name in inner]
    nodes = [
        replace(
            node,
            inputs=tuple(inner.get(name, name) for name in node.inputs),
            output=inner.get(node.output, node.output),
        )
        for node in graph.nodes
    ]
    first = [Node(f"quantize {n}", "quantize", (n,), inner[n]) for n in graph.inputs]
    last = [Node(f"dequantize {n}", "dequantize", (inner[n],), n) for n in graph.outputs]
    return graph.replace((*first, *nodes, *last), tensors)
