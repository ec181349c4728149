"""What a DPU runs, op by op: every limit, with its text."""

from dataclasses import replace

import numpy as np
import pytest
from build_graph import build_graph
from hypothesis import given, settings
from networks import residual_network
from quantization import quantized
from random_graphs import float_graphs

from compilers.schemes import DPU_POW2
from compilers.xmodel.lower import capabilities, lower, lower_for_dpu
from compilers.xmodel.partition import off_the_dpu
from zoo.build.targets import find_target
from zoo.errors import RefusedError
from zoo.graph import Graph, Node
from zoo.lowering import Refusal, find_lowering

KV260 = find_target("kv260")
WINDOW = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1)}
POOL = {
    "kernel": (2, 2),
    "strides": (1, 1),
    "pads": (0, 0, 0, 0),
    "count_include_pad": 0,
    "keep_axes": 1,
}


ITS_NUMBERS = "quantize the float network with the scheme dpu-pow2"
BUILD_IT = (
    "build it from add, average_pool, clip, concat, conv, dense, depth_to_space, hard_sigmoid, "
    "leaky_relu, max_pool, mul, reshape, resize, or end the network before it by --cpu-tail"
)


def _one(op: str, shape: tuple = (4, 8, 8), weight: tuple = (), **attributes: object) -> Graph:
    """Return x -> op -> y; weight: its shape, where the op has one."""
    constants = {"w": np.zeros(weight, np.float32)} if weight else {}
    node = Node("n", op, ("x", *constants), "y", attributes)
    return build_graph({"x": ("N", *shape)}, [node], ("y",), constants)


def _conv(shape: tuple = (4, 8, 8), weight: tuple = (4, 4, 1, 1), **changed: object) -> Graph:
    return _one("conv", shape, weight, **{**WINDOW, "group": 1, **changed})


def _two(op: str, first: tuple, second: tuple, **attributes: object) -> Graph:
    inputs = {"a": ("N", *first), "b": ("N", *second)}
    return build_graph(inputs, [Node("n", op, ("a", "b"), "y", attributes)], ("y",))


def _row(*nodes: Node, shape: tuple = (4, 8, 8)) -> Graph:
    constants = {"w": np.zeros((4, 4, 1, 1), np.float32), "dense": np.zeros((3, 256), np.float32)}
    return build_graph({"x": ("N", *shape)}, nodes, (nodes[-1].output,), constants)


def _leaky(alpha: float) -> Graph:
    conv = Node("c", "conv", ("x", "w"), "s", {**WINDOW, "group": 1})
    return _row(conv, Node("n", "leaky_relu", ("s",), "y", {"alpha": alpha}))


def _flat(shape: tuple) -> Graph:
    return _row(Node("n", "reshape", ("x",), "y", {"shape": (int(np.prod(shape)),)}), shape=shape)


def test_a_clip_behind_a_concat_is_all_that_is_in_the_way():
    found = {c.node: c for c in capabilities(residual_network(), KV260)}
    assert {name for name, c in found.items() if c.runs_on != "DPU"} == {"clipped_clip"}
    assert found["clipped_clip"].why == "relu6 after concat; there the DPU has no activation"
    assert found["clipped_clip"].remedy == "put the activation after a convolution"


@pytest.mark.parametrize(
    "graph",
    [
        _conv((4, 20, 20), (4, 4, 16, 16), strides=(8, 8)),
        _conv((4, 12, 12), (4, 4, 12, 12), strides=(12, 12)),  # over all: no stride is left
        _conv((4096, 2, 2), (16, 4096, 2, 2)),
        _conv((4, 8, 8), (4, 1, 3, 3), group=4, clamp=(0.0, 6.0)),
        _one("average_pool", (4, 30, 30), **{**POOL, "kernel": (14, 14)}),
        _one("max_pool", **{**WINDOW, "kernel": (3, 3)}),
        _one("dense", (6,), (5, 6)),
        _two("add", (4, 8, 8), (4, 8, 8)),
        _two("mul", (4, 8, 8), (4, 8, 8)),
        _two("mul", (4, 8, 8), (4, 1, 1)),
        _two("add", (1, 8, 8), (4, 1, 1)),
        _two("sub", (4, 8, 8), (4, 8, 8)),
        _one("mul", weight=(4, 1, 1)),
        _one("prelu", weight=(4, 1, 1)),
        _one("hardswish"),
        _one("hard_sigmoid", alpha=1 / 6, beta=0.5),
        _conv((4, 8, 8), (4, 2, 1, 1), group=2),
        _flat((4, 1, 1)),
        _leaky(26 / 256),
        _leaky(0.1),
    ],
)
def test_what_is_within_the_limits_runs_on_the_dpu(graph):
    assert {c.runs_on for c in capabilities(graph, KV260)} == {"DPU"}


REFUSALS = {
    "kernel": (
        _conv((4, 20, 20), (4, 4, 17, 3)),
        "kernel 17x3; allowed are 1 to 16",
        "use a smaller kernel, such as two layers in a row",
    ),
    "stride": (
        _conv((4, 20, 20), strides=(9, 1)),
        "stride 9x1; allowed are 1 to 8",
        "use a smaller stride, such as two layers in a row",
    ),
    "memory for weights": (
        _conv((512, 10, 10), (4, 512, 9, 9)),
        "kernel 9x9 over 512 channels fills 2592 rows of the memory for weights (kh * kw * "
        "ceil(channels / 16)); it has 2048",
        "use a smaller kernel or fewer channels",
    ),
    "channels": (
        _conv((4, 2, 2), (4097, 4, 1, 1)),
        "'y' has 4097 channels; allowed are up to 4096",
        "use fewer channels",
    ),
    "features": (
        _one("dense", (4097,), (2, 4097)),
        "'x' has 4097 channels; allowed are up to 4096",
        "use fewer channels",
    ),
    "pads of a convolution": (
        _conv(pads=(1, 0, 0, 0)),
        "pads [1, 0, 0, 0] (top, left, bottom, right); allowed are up to [0, 0, 0, 0]",
        "pad less",
    ),
    "dilation": (
        _conv((512, 40, 40), (4, 512, 2, 2), dilations=(9, 1)),
        "dilation 9x1 over 512 channels; their product may be 4096",
        "use a smaller dilation or fewer channels",
    ),
    "memory for depthwise weights": (
        _conv((2, 48, 48), (2, 1, 46, 46), group=2),
        "kernel 46x46 fills 2116 rows of the memory for weights; it has 2048",
        "use a smaller kernel",
    ),
    "pads of a pool": (
        _one(
            "average_pool",
            **{**POOL, "kernel": (20, 20), "pads": (16, 9, 0, 9), "count_include_pad": 1},
        ),
        "pads [16, 9, 0, 9] (top, left, bottom, right); allowed are up to [15, 15, 255, 255]",
        "pad less",
    ),
    "means without pads": (
        _one("average_pool", **{**POOL, "pads": (1, 1, 1, 1)}),
        "its means leave out the pads; the DPU divides by the same number everywhere",
        "pool with count_include_pad=True, or without pads",
    ),
    "dilated pool": (
        _one("max_pool", **{**WINDOW, "kernel": (2, 2), "dilations": (2, 2)}),
        "dilations 2x2; the DPU's pools have none",
        "use 1x1",
    ),
    "dense over a large image": (
        _row(
            Node("r", "reshape", ("x",), "f", {"shape": (256,)}),
            Node("n", "dense", ("f", "dense"), "y"),
            shape=(1, 8, 32),
        ),
        "kernel 8x32; allowed are 1 to 16",
        "use a smaller kernel, such as two layers in a row",
    ),
    "clip": (
        _conv(clamp=(-1.0, 1.0)),
        "a clip to -1 ... 1 after conv; there the DPU has relu and relu6 and leaky_relu",
        "use one of these",
    ),
    "activation of an addition": (
        _two("add", (4, 8, 8), (4, 8, 8), clamp=(0.0, 6.0)),
        "relu6 after add; there the DPU has relu",
        "use one of these",
    ),
    "slope": (
        _leaky(0.2),
        "its slope is 0.2; the DPU's is 26/256",
        "train with negative_slope=0.1015625, or with 0.1, which becomes that, or ReLU",
    ),
    "broadcast": (
        _two("mul", (4, 8), (4, 1)),
        "it broadcasts [4, 8] and [4, 1]; the DPU takes equal shapes",
        "bring both to the same shape with convolutions, or remove the gate",
    ),
    "constant": (
        _one("add", weight=(4, 8, 8)),
        "it reads the constant 'w'; the DPU reads two feature maps",
        "fold the constant into the convolution before or after it",
    ),
    "hard sigmoid": (
        _one("hard_sigmoid", alpha=0.2, beta=0.5),
        "it is 0.2 * x + 0.5; the DPU's is relu6(x + 3) / 6",
        "train with nn.Hardsigmoid",
    ),
    "unknown op": (
        _one("pad", before=(0, 0, 1, 1), after=(0, 0, 1, 1), value=1.0),
        "this zoo emits no such op for the DPU",
        BUILD_IT,
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_what_breaks_a_limit_is_refused(case):
    graph, why, remedy = REFUSALS[case]
    found = capabilities(graph, KV260)[-1]
    assert (found.runs_on, found.why, found.remedy) == ("refused", why, remedy)


@pytest.mark.parametrize("op", ["sigmoid", "tanh", "softmax"])
def test_what_the_dpu_lacks_falls_to_the_cpu(op):
    attributes = {"axis": 1} if op == "softmax" else {}
    (found,) = capabilities(_one(op, (4,), **attributes), KV260)
    assert found.runs_on == "CPU"
    assert found.why == "the DPU has no such op, and the app runs what the DPU computes"
    assert found.remedy.startswith("end the network before it")


@pytest.mark.parametrize(
    ("mode", "places", "size", "why"),
    [
        ("nearest", "half_pixel", (12, 16), "nearest from 8x8 to 12x16 pixels; the DPU repeats"),
        ("nearest", "align_corners", (16, 16), "nearest from 8x8 to 16x16 pixels; the DPU repeats"),
        ("linear", "half_pixel", (24, 24), "bilinear (half_pixel) from 8x8 to 24x24 pixels; the"),
        ("linear", "align_corners", (16, 16), "bilinear (align_corners) from 8x8 to 16x16 pixels"),
    ],
)
def test_other_resizes_fall_to_the_cpu(mode, places, size, why):
    attributes = {"mode": mode, "coordinate_transformation_mode": places, "size_hw": size}
    graph = _one("resize", **attributes, nearest_mode="ceil")
    (found,) = capabilities(graph, KV260)
    assert found.runs_on == "CPU"
    assert found.why.startswith(why)


def test_a_transposed_convolution_is_held_to_the_limits_of_its_kernel():
    conv = Node("c", "conv", ("x", "w"), "s", {**WINDOW, "group": 1})
    spread = Node("n", "depth_to_space", ("s",), "y", {"block": 2, "mode": "CRD"})
    weight = {"w": np.zeros((4, 2064, 2, 2), np.float32)}
    found = capabilities(
        build_graph({"x": ("N", 2064, 8, 8)}, (conv, spread), ("y",), weight), KV260
    )
    assert [c.runs_on for c in found] == ["DPU", "refused"]
    assert found[1].why == (
        "kernel 4x4 over 2064 channels fills 2064 rows of the memory for weights; it has 2048"
    )


def test_a_reshape_that_moves_values_falls_to_the_cpu():
    (found,) = capabilities(_flat((4, 8, 8)), KV260)
    assert found.runs_on == "CPU"
    assert found.why.startswith("[4, 8, 8] to [256] moves values between channels and pixels")


def test_a_flattened_image_is_the_dense_layers():
    nodes = (
        Node("flat", "reshape", ("x",), "f", {"shape": (256,)}),
        Node("fc", "dense", ("f", "dense"), "y"),
    )
    graph = _row(*nodes)
    assert {c.runs_on for c in capabilities(graph, KV260)} == {"DPU"}
    assert off_the_dpu(lower(quantized(graph, DPU_POW2)).ops) == ()


@given(float_graphs())
@settings(max_examples=40, deadline=None)
def test_what_is_shown_is_what_a_build_says(graph):
    integer = quantized(graph, DPU_POW2)
    misfits = [found for found in capabilities(integer, KV260) if found.why]
    if misfits:
        with pytest.raises(Refusal) as caught:
            lower_for_dpu(integer, KV260)
        assert caught.value.capability == misfits[0]
    else:
        assert off_the_dpu(lower_for_dpu(integer, KV260).ops) == ()


@given(float_graphs())
@settings(max_examples=40, deadline=None)
def test_a_float_network_fits_where_its_integers_do(graph):
    floats = {found.node: found for found in capabilities(graph, KV260)}
    assert floats.keys() == {node.name for node in graph.nodes}
    for found in capabilities(quantized(graph, DPU_POW2), KV260):
        if found.node in floats and found.remedy != ITS_NUMBERS:
            shown = floats[found.node]
            assert (shown.runs_on, shown.remedy) == (found.runs_on, found.remedy)


def test_a_quantize_in_the_middle_is_shown():
    first = quantized(_conv(), DPU_POW2)
    again = replace(first.tensors["y_quantized"], name="again")
    nodes = (
        *first.nodes,
        Node("middle", "quantize", ("y",), "again"),
        Node("end", "dequantize", ("again",), "z"),
    )
    tensors = {**first.tensors, "again": again, "z": replace(first.tensors["y"], name="z")}
    graph = replace(first, nodes=nodes, tensors=tensors, outputs=("z",))
    (found,) = (found for found in capabilities(graph, KV260) if found.why)
    assert (found.node, found.op) == ("middle", "quantize")
    assert found.why.startswith("it reads 'y', which the network computes in floats")


def test_what_a_lowering_gives_to_the_cpu_is_shown(monkeypatch):
    def lower_to_cpu(scope, view):
        arguments = {"input": (scope.read(view.node.inputs[0]),)}
        scope.store(view.output.name, scope.add("moved", "transpose", (1, 8, 8, 4), arguments))

    def find(artifact, view):
        return lower_to_cpu if view.node.op == "add" else find_lowering(artifact, view)

    monkeypatch.setattr("compilers.xmodel.lower.find_lowering", find)
    (found,) = capabilities(_two("add", (4, 8, 8), (4, 8, 8)), KV260)
    assert found.runs_on == "CPU"
    assert found.why == (
        "it becomes 'moved' (transpose), which runs on the CPU and splits the network; the app "
        "runs only one part"
    )


def test_a_smaller_dpu_takes_less():
    graph = _conv((2048, 3, 3), (4, 2048, 3, 3))
    assert capabilities(graph, KV260)[0].runs_on == "DPU"
    (found,) = capabilities(graph, find_target("kv260:b512"))
    assert "(kh * kw * ceil(channels / 8)); it has 2048" in found.why


def test_facts_must_be_complete():
    facts = {k: v for k, v in KV260.facts.items() if k != "bank_depth"}
    with pytest.raises(RefusedError, match="kv260: its fact 'bank_depth' is None, the compiler"):
        capabilities(_conv(), replace(KV260, facts=facts))
