"""What the C back end takes, and how it says what it does not."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from build_graph import build_graph
from generated_c import TARGET, to_c
from networks import residual_network
from one_node import OneNode, activation
from quantization import quantized

from compilers.c.compiler import COMPILER
from compilers.schemes import W8A8_ASYM
from zoo import registry
from zoo.artifact import Artifact
from zoo.errors import RefusedError, UnsupportedOpError
from zoo.graph import Graph, Node, Quantization, Tensor
from zoo.lowering import NodeView, find_lowering

GRID = Quantization((0.05,), (3,))
WITHOUT_KERNELS = {"batchnorm", "quantize", "dequantize"}  # folded before, or of the border


def test_is_registered():
    assert registry.load("compiler", "c") is COMPILER


def test_every_op_with_integers_has_a_lowering():
    graph = with_batch("N")
    (clip,) = (node for node in graph.nodes if node.op == "clip")
    for op in set(registry.names("op")) - WITHOUT_KERNELS:
        assert find_lowering("c", NodeView(graph, replace(clip, op=op)))


def test_the_artifact_is_exact_and_tells_its_memory():
    artifact: Artifact = to_c(quantized(residual_network(), W8A8_ASYM))
    assert (artifact.kind, artifact.main) == ("c", "network.json")
    assert artifact.exactness.bound == 0
    assert sorted(artifact.files) == [
        "network.c",
        "network.h",
        "network.json",
        "network_avx2.h",
        "network_avx512.h",
        "network_dsp.h",
        "network_kernels.c",
        "network_kernels.h",
        "network_mve.h",
        "network_neon.h",
        "network_rows.h",
        "network_simd128.h",
        "network_weights.c",
        "network_weights.h",
        "network_x86.h",
    ]
    assert b'"arena_bytes": 576,' in artifact.files["network.json"]
    assert b"#define NETWORK_ARENA_BYTES 576\n" in artifact.files["network.h"]


def dense(weight: np.ndarray, grid: Quantization) -> OneNode:
    constant = Tensor("w", weight.shape, grid.dtype, "", grid, weight.astype(grid.dtype))
    return OneNode("dense", (activation(("N", weight.shape[1]), GRID), constant), {}, GRID)


def with_batch(batch: int | str) -> Graph:
    image = activation((batch, 2, 3, 3), GRID)
    return OneNode("clip", (image,), {"low": 0.0, "high": 1.0}, GRID).graph


def half_float() -> Graph:
    """Return an integer network with a float node in its middle."""
    nodes = [
        Node("in", "quantize", ("x",), "q"),
        Node("back", "dequantize", ("q",), "r"),
        Node("tanh", "tanh", ("r",), "t"),
        Node("again", "quantize", ("t",), "s"),
        Node("out", "dequantize", ("s",), "y"),
    ]
    return build_graph({"x": ("N", 4)}, nodes, ["y"], quantizations={"q": GRID, "s": GRID})


def unquantized_output() -> Graph:
    nodes = [Node("in", "quantize", ("x",), "q"), Node("act", "tanh", ("x",), "y")]
    return build_graph({"x": ("N", 4)}, nodes, ["y"], quantizations={"q": GRID})


def mixed_image() -> Graph:
    image = activation(("N", 2, 3, 5), GRID)
    return OneNode("reshape", (image,), {"shape": (3, 2, 5)}, GRID).graph


UNSIGNED = Quantization((0.1,), (0,), signed=False)
REFUSED: dict[str, tuple[Callable[[], Graph], str]] = {
    "unsigned weights": (
        lambda: dense(np.full((2, 3), 200), UNSIGNED).graph,
        r"^node 'alone' \(dense\): weights minus their zero point reach from 200 to 200; "
        r"only -128 to 127 can be stored: quantize weights symm",
    ),
    "large sums": (
        lambda: dense(np.full((1, 2**17), 127), Quantization((0.1,), (0,))).graph,
        r"^node 'alone' \(dense\): its sums over 131072 products may have more than 32 bits; "
        r"split the layer, or quantize the bias with the scale input \* weight$",
    ),
    "large results": (
        lambda: replace_scale(dense(np.full((1, 99), 127), Quantization((0.1,), (0,))), 2.0**-30),
        r"^node 'alone' \(dense\): its result before saturation may have more than 32 bits; "
        r"the scales of neighbouring tensors are too far apart, recalibrate$",
    ),
    "fixed batch": (
        lambda: with_batch(3),
        r"^graph 'one node': has batches \['3'\]; the C back end computes one sample at a time: "
        r"export with a batch of 1, or an open one, throughout$",
    ),
    "floats inside": (
        half_float,
        r"^graph 'built': node 'back' \(dequantize\) is inside the network; the C back end "
        r"computes integers only: quantize the whole graph with --quant ptq$",
    ),
    "float output": (
        unquantized_output,
        r"^graph 'built': input 'x' is not quantized as a whole; the C back end computes integers",
    ),
    "mixed image": (
        mixed_image,
        r"^node 'alone' \(reshape\): \(3, 5, 2\) to \(2, 5, 3\) \(channels last\) mixes "
        r"rows and columns of an image; flatten first, then reshape$",
    ),
}


def replace_scale(case: OneNode, scale: float) -> Graph:
    return replace(case, stored=replace(GRID, scale=(scale,))).graph


@pytest.mark.parametrize("what", REFUSED)
def test_refusals_say_what_and_why(what):
    make, message = REFUSED[what]
    with pytest.raises(UnsupportedOpError, match=message):
        to_c(make())


def test_an_op_without_a_kernel_is_refused():
    node = Node("alone", "batchnorm", ("x",), "y")
    graph = with_batch("N")
    renamed = [replace(n, op="batchnorm", integer={}) if n.op == "clip" else n for n in graph.nodes]
    with pytest.raises(
        UnsupportedOpError,
        match=rf"^node '{node.name}' \(batchnorm\): no lowering 'c/batchnorm' is registered; use "
        r"add or align_image or .*, or register one with a plugin's register_lowerings$",
    ):
        to_c(graph.replace(renamed))


def test_a_float_graph_is_refused():
    with pytest.raises(
        RefusedError,
        match=r"^board: graph 'residual' is float \('float32'\), the C back end computes in "
        r"integers; quantize it with --quant ptq$",
    ):
        COMPILER.lower(residual_network(), TARGET, "float32")


def test_activations_of_other_widths_are_refused():
    wide = Quantization((0.05,), (0,), bits=32)
    with pytest.raises(
        UnsupportedOpError,
        match=r"^node 'alone' \(requantize\): 'x' is int32; quantize activations to 8 or 16 "
        r"bits$",
    ):
        to_c(OneNode("requantize", (activation(("N", 4), wide),), {}, GRID).graph)


def test_show_says_what_lowering_says():
    graph = mixed_image()
    (found,) = COMPILER.capabilities(graph, TARGET)
    with pytest.raises(UnsupportedOpError) as caught:
        to_c(graph)
    assert str(caught.value) == f"node '{found.node}' ({found.op}): {found.why}; {found.remedy}"
    taken = COMPILER.capabilities(quantized(residual_network(), W8A8_ASYM), TARGET)
    assert {capability.runs_on for capability in taken} == {"CPU"}
    with pytest.raises(RefusedError, match=r"^board: graph 'residual' is float"):
        COMPILER.capabilities(residual_network(), TARGET)
