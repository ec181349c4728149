"""What the accelerator cannot compute is refused by name, with a remedy."""

import re
from dataclasses import replace

import numpy as np
import pytest
from build_graph import build_graph
from layer_chain import CONV, POOL, layer_chain
from quantization import quantized

from compilers.ai8x.compiler import COMPILER
from compilers.schemes import AI8X, W8A8_ASYM
from zoo.build.targets import find_target
from zoo.errors import RefusedError
from zoo.graph import Graph, Node
from zoo.lowering import Refusal
from zoo.scheme import Override

TARGET = find_target("max78000")


def convolution(
    weight: tuple[int, ...],
    side: tuple[int, int] = (8, 8),
    bias: bool = False,
    **attributes: object,
) -> Graph:
    """Return one convolution 'c' of an image with 4 channels. side: height and width."""
    inputs = ("x", "w", "b") if bias else ("x", "w")
    node = Node("c", "conv", inputs, "y", {**CONV, **attributes})
    constants = {"w": np.ones(weight, np.float32), "b": np.ones(weight[0], np.float32)}
    used = {name: constants[name] for name in inputs[1:]}
    return build_graph({"x": ("N", 4, *side)}, [node], ["y"], used)


def refusal(graph: Graph) -> str:
    with pytest.raises(Refusal) as error:
        COMPILER.costs(graph, TARGET, AI8X)
    return str(error.value)


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (
            convolution((4, 4, 5, 5), pads=(2, 2, 2, 2)),
            r"node 'c' \(conv\): its kernel is 5x5.*; use 3x3, twice for a 5x5, or 1x1",
        ),
        (
            convolution((4, 1, 3, 3), group=4),
            r"node 'c' \(conv\): it has 4 groups; .*; use a normal convolution instead of a depth",
        ),
        (convolution((4, 4, 3, 3), strides=(2, 2)), "its strides are .*; put a max pool before"),
        (convolution((4, 4, 3, 3), pads=(0, 0, 1, 1)), "its pads are .* the same on each side"),
        (convolution((1025, 4, 1, 1), pads=(0,) * 4), "4 channels and 1025 outputs; at most 1024"),
        (
            convolution((4, 4, 3, 3), clamp=(0.0, 6.0)),
            r"it clips to \(0.0, 6.0\); the accelerator clips at 0 or not at all; use a ReLU",
        ),
        (
            convolution((513, 4, 1, 1), pads=(0,) * 4, bias=True),
            "513 outputs have a bias; at most 512 can; leave out the bias, or use fewer outputs",
        ),
        (
            convolution((4, 4, 3, 3), side=(2, 1022)),
            "its image of 2x1022 has a side of 1024 with pads; at most 1023 .*; pool earlier",
        ),
        (
            layer_chain((4,), (3, 17)),
            r"node 'head' \(dense\): it reads 1156 values of 289 pixels; at most 16384 and 256 are "
            "possible; pool before it",
        ),
        (
            layer_chain((260,), (3, 8)),
            "it reads 16640 values of 64 pixels; at most 16384 and 256 are possible",
        ),
        (
            layer_chain((66,), (3, 4)),
            "it flattens 66 channels, which the processors read in 2 passes; a multiple of 8 is "
            "possible; use 64 or at most 64 channels",
        ),
        (
            layer_chain((512, 512), (3, 8)),
            r"node 'conv1' \(conv\): with it the weights take 2373120 bytes; the accelerator holds "
            r"442368; use fewer channels, or weights of 4, 2 or 1 bits",
        ),
    ],
)
def test_limits_of_a_layer(graph, message):
    assert re.search(message, refusal(graph))


def test_33_layers():
    nodes, value = [], "x"
    for index in range(33):
        nodes.append(Node(f"c{index}", "conv", (value, "w"), f"y{index}", CONV))
        value = f"y{index}"
    weight = {"w": np.ones((4, 4, 3, 3), np.float32)}
    graph = build_graph({"x": ("N", 4, 8, 8)}, nodes, [value], weight)
    assert "node 'c32' (conv): it is layer 33; the accelerator has 32; leave out" in refusal(graph)


def test_a_pool_before_a_dense_layer():
    graph = layer_chain((4,), (3, 8))
    pool = Node("last", "max_pool", ("conv0",), "pooled", POOL)
    nodes = [
        replace(node, inputs=("pooled",), attributes={"shape": (64,)})
        if node.op == "reshape"
        else node
        for node in graph.nodes
    ]
    shapes = {"image": ("N", 3, 8, 8)}
    weights = {n: t.data for n, t in graph.tensors.items() if t.is_constant}
    weights["head.weight"] = weights["head.weight"][:, :64].copy()
    changed = build_graph(shapes, [nodes[0], pool, *nodes[1:]], ["logits"], weights)
    assert "put a convolution between pool and dense layer" in refusal(changed)


def test_branches_and_other_ops():
    nodes = [
        Node("c", "conv", ("x", "w"), "y", CONV),
        Node("sum", "add", ("y", "x"), "z"),
    ]
    weight = {"w": np.ones((4, 4, 3, 3), np.float32)}
    graph = build_graph({"x": ("N", 4, 8, 8)}, nodes, ["z"], weight)
    found = COMPILER.capabilities(graph, TARGET)
    assert [entry.runs_on for entry in found] == ["CNN", "refused"]
    assert found[1].why == "the accelerator's layers have no 'add'"
    assert found[1].remedy.endswith("one after the other, or build it with --runtime c")


def test_an_image_that_its_memory_does_not_hold():
    integer = quantized(
        layer_chain((4, 4, 4, 4, 4), (3, 100)), AI8X, calibrator="mse", correct_bias=False
    )
    with pytest.raises(Refusal, match=r"takes 40000 bytes of each memory.*fold it") as refused:
        COMPILER.lower(integer, TARGET, "ai8x")
    found = COMPILER.capabilities(layer_chain((4, 4, 4, 4, 4), (3, 100)), TARGET)
    assert [entry.refusal for entry in found if entry.why] == [str(refused.value)]


def test_an_output_without_room_beside_what_is_read():
    graph = layer_chain((64, 4, 4, 4), (3, 80))
    (refused,) = (entry for entry in COMPILER.capabilities(graph, TARGET) if entry.why)
    assert refused.node == "conv0"
    assert refused.why == (
        "its 25600 bytes of output do not fit beside the 25600 that it reads, in memories of 32768"
    )
    assert refused.remedy.startswith("pool earlier, use fewer channels, or fold the input")


def test_a_model_of_narrow_weights_is_looked_at_with_its_own_widths():
    graph = layer_chain((512, 512), (3, 8))
    narrow = replace(AI8X, overrides=(Override("*", weight_bits=1),))
    assert [entry.node for entry in COMPILER.capabilities(graph, TARGET) if entry.why]
    assert not any(entry.why for entry in COMPILER.capabilities(graph, TARGET, narrow))


def test_other_schemes_and_float_networks():
    graph = layer_chain((4,), (3, 8))
    with pytest.raises(RefusedError, match="is float, the accelerator computes in integers"):
        COMPILER.lower(graph, TARGET, "float32")
    integer = quantized(graph, W8A8_ASYM, calibrator="mse", correct_bias=False)
    with pytest.raises(RefusedError, match="quantize the float network with the scheme ai8x"):
        COMPILER.lower(integer, TARGET, "w8a8-asym")
