"""The network's border, where reals become integers and integers become reals.

The program computes integers only; whoever calls it quantizes and dequantizes.
"""

from dataclasses import dataclass

from compilers.c.identifiers import Identifiers
from compilers.c.storage import c_type, sizes
from compilers.op_parts.affine import quantization_of
from zoo.c_program import Border
from zoo.errors import UnsupportedOpError
from zoo.graph import Graph, Node

__all__ = ["Inside", "inside_of"]


@dataclass(frozen=True)
class Inside:
    """What is left of a graph without its border.

    inputs, outputs: integer tensors by the name of the graph's input or output.
    nodes: all others.
    """

    inputs: dict[str, str]
    outputs: dict[str, str]
    nodes: tuple[Node, ...]

    def borders(self, graph: Graph, names: Identifiers) -> tuple[tuple[Border, ...], ...]:
        """Return the inputs and the outputs of the program."""
        return tuple(
            tuple(_border(graph, name, tensor, names) for name, tensor in side.items())
            for side in (self.inputs, self.outputs)
        )


def inside_of(graph: Graph) -> Inside:
    """Return the integer part; raises UnsupportedOpError where floats are left inside."""
    inputs, outputs = {}, {}
    for name in graph.inputs:
        readers = graph.consumers(name)
        if len(readers) != 1 or readers[0].op != "quantize":
            raise _float_error(graph, f"input '{name}' is not quantized as a whole")
        inputs[name] = readers[0].output
    for name in graph.outputs:
        producer = graph.producer(name)
        if producer is None or producer.op != "dequantize":
            raise _float_error(graph, f"output '{name}' is not computed by integers")
        outputs[name] = producer.inputs[0]
    border = {*inputs.values(), *graph.outputs}
    nodes = tuple(node for node in graph.nodes if node.output not in border)
    for node in nodes:
        if node.op in ("quantize", "dequantize"):
            raise _float_error(graph, f"node '{node.name}' ({node.op}) stands in the middle")
    return Inside(inputs, outputs, nodes)


def _float_error(graph: Graph, found: str) -> UnsupportedOpError:
    return UnsupportedOpError(
        f"graph '{graph.name}': {found}; the C back end computes integers only: quantize the whole "
        "graph, as by --quant ptq"
    )


def _border(graph: Graph, name: str, tensor_name: str, names: Identifiers) -> Border:
    tensor = graph.tensors[tensor_name]
    grid = quantization_of(tensor)
    return Border(
        name=name,
        identifier=names.take(name),
        shape=sizes(tensor.shape),
        ctype=c_type(tensor),
        scale=grid.scale[0],
        zero_point=grid.zero_point[0],
        rounding=grid.rounding,
    )
