"""From a float graph and the quantization of its activations to the integer graph."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from compilers.op_table import find_op
from compilers.quantize.parameters import integer_constants, integer_parameters
from zoo.errors import QuantizeError
from zoo.graph import Graph, Node, Quantization, Tensor
from zoo.scheme import Scheme

__all__ = ["place"]

Grids = Mapping[str, Quantization]

_FITTED: Grids = MappingProxyType({})


def place(graph: Graph, activations: Grids, scheme: Scheme, parameters: Grids = _FITTED) -> Graph:
    """Return the integer graph: quantized tensors, integer constants, quantize and dequantize.

    graph: float, each weighted node with its own parameters.  activations: all, by name.
    parameters: fixed grids of weights and biases, by name.
    Raises QuantizeError naming node and op if the scheme cannot be applied.
    """
    tensors = {
        **{name: _quantized(graph.tensors[name], grid) for name, grid in activations.items()},
        **{t.name: t for t in integer_constants(graph, scheme)},
        **{t.name: t for t in integer_parameters(graph, activations, scheme, parameters)},
    }
    inner = replace(graph, tensors={**graph.tensors, **tensors})
    nodes = [_with_integers(inner, node) for node in inner.nodes]
    return _with_borders(inner.replace(nodes))


def _quantized(tensor: Tensor, grid: Quantization) -> Tensor:
    return replace(tensor, dtype=grid.dtype, quantization=grid)


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
    """Return the graph with float inputs and outputs, using quantize and dequantize nodes."""
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
