"""Integer graphs of the scheme dpu-pow2 that an .xmodel can say, for tests."""

from dataclasses import replace
from math import inf

from hypothesis import assume
from hypothesis import strategies as st
from networks import residual_network
from quantization import quantized
from random_graphs import float_graphs

from compilers.schemes import DPU_POW2
from zoo.graph import Graph, Node

__all__ = ["dpu_graphs", "dpu_network"]

_RELUS = ((0.0, inf), (0.0, 6.0))


@st.composite
def dpu_graphs(draw: st.DrawFn) -> Graph:
    """Random networks whose clamps are ReLUs, and whose pads count as pixels."""
    graph = draw(float_graphs())
    nodes = tuple(_suited(node, draw(st.sampled_from(_RELUS))) for node in graph.nodes)
    assume(not any(_has_groups(graph, node) for node in nodes))
    return quantized(replace(graph, nodes=nodes), DPU_POW2)


def dpu_network() -> Graph:
    """Return a network of the PFLD kind without the clip behind its concat."""
    graph = residual_network()
    nodes = [
        replace(node, inputs=tuple(name.replace("clipped", "joined") for name in node.inputs))
        for node in graph.nodes
        if node.op != "clip"
    ]
    return graph.replace(nodes)


def _suited(node: Node, relu: tuple[float, float]) -> Node:
    if node.attributes.get("clamp"):
        node = node.with_attributes(clamp=relu)
    if node.op == "clip":
        node = node.with_attributes(low=relu[0], high=relu[1])
    if node.op == "average_pool" and any(node.attributes["pads"]):
        node = node.with_attributes(count_include_pad=1)
    return node


def _has_groups(graph: Graph, node: Node) -> bool:
    if node.op != "conv" or node.attributes["group"] == 1:
        return False
    x, weight = graph.inputs_of(node)[:2]
    return not node.attributes["group"] == x.shape[1] == weight.shape[0]
