"""What `zoo show MODEL --target rpi4` says of each node."""

from dataclasses import replace

from networks import residual_network
from one_node import OneNode, activation
from quantization import quantized
from tflite_files import TARGET, to_tflite

from compilers.schemes import W8A8_ASYM
from compilers.tflite.compiler import COMPILER
from zoo.capability import Capability, CapabilityCheck
from zoo.graph import Graph, Node

NETWORK = residual_network()
POOL = {"kernel": (2, 2), "strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (2, 2)}
POOLED = activation(("N", 4, 4, 4), name="y")


def _pooled_and_added() -> Graph:
    """Return a dilated pool, which is refused, and an add behind it."""
    graph = OneNode("max_pool", (activation(("N", 4, 6, 6)),), POOL).graph
    total = replace(POOLED, name="total")
    nodes = (*graph.nodes, Node("sum", "add", ("y", "y"), "total"))
    return replace(
        graph, nodes=nodes, tensors={**graph.tensors, "total": total}, outputs=("total",)
    )


def test_the_compiler_offers_the_check():
    assert isinstance(COMPILER, CapabilityCheck)


def test_every_node_of_a_network_that_is_built_fits():
    for graph in (NETWORK, quantized(NETWORK, W8A8_ASYM)):
        to_tflite(graph)
        found = COMPILER.capabilities(graph, TARGET)
        inside = [node for node in graph.nodes if "quantize" not in node.op]
        assert [entry.node for entry in found] == [node.name for node in inside]
        assert {(entry.runs_on, entry.why, entry.remedy) for entry in found} == {("CPU", "", "")}


def test_a_refused_node_says_why_and_those_behind_it_are_looked_at():
    refused, added = COMPILER.capabilities(_pooled_and_added(), TARGET)
    assert refused == Capability(
        "alone", "max_pool", "refused", "its window has the dilations (2, 2)", "use dilation 1"
    )
    assert added == Capability("sum", "add", "CPU")
