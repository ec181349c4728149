"""Layers in strips: the same integers as whole layers, in less memory."""

import json
from dataclasses import dataclass
from math import inf, prod

import numpy as np
import pytest
from generated_c import assert_exact, to_c
from networks import residual_network
from quantization import quantized

from compilers.schemes import W4A8_ASYM, W8A8_ASYM, W8A8_SYM
from zoo.graph import Graph, Node, Tensor

SAME = (1, 1, 1, 1)


@dataclass(frozen=True)
class Layer:
    """outputs: channels; 0 for a depthwise layer. pads: top, left, bottom, right."""

    outputs: int
    kernel: tuple[int, int]
    strides: tuple[int, int] = (1, 1)
    pads: tuple[int, int, int, int] = SAME
    dilation: int = 1


EXPAND = Layer(24, (1, 1), pads=(0, 0, 0, 0))
SHRINK = Layer(4, (3, 3), (3, 3))
CHAINS = {
    "inverted residual": (EXPAND, Layer(0, (3, 3), (2, 2)), Layer(4, (1, 1), pads=(0, 0, 0, 0))),
    "wide windows": (EXPAND, Layer(0, (5, 3), pads=(2, 1, 2, 1)), Layer(4, (2, 7), (3, 2))),
    "uneven pads": (EXPAND, Layer(0, (3, 3), (2, 1), (0, 1, 2, 0)), SHRINK),
    "padding larger than windows": (EXPAND, Layer(4, (2, 2), (2, 2), (5, 2, 4, 2))),
    "dilated": (EXPAND, Layer(0, (3, 3), dilation=2, pads=(2, 2, 2, 2)), SHRINK),
    "steps over rows": (EXPAND, Layer(4, (1, 1), (3, 3), (0, 0, 0, 0))),
}


@pytest.mark.toolchain
@pytest.mark.parametrize("name", CHAINS)
def test_chains_are_exact(name):
    graph = quantized(chain(CHAINS[name]), W8A8_ASYM)
    assert strips_of(graph) > 1
    assert_exact(graph)


@pytest.mark.toolchain
@pytest.mark.parametrize("scheme", [W8A8_SYM, W4A8_ASYM])
def test_other_schemes_are_exact(scheme):
    graph = quantized(chain(CHAINS["inverted residual"]), scheme)
    assert strips_of(graph) > 1
    assert_exact(graph)


def test_the_arena_is_smaller_than_the_largest_tensor():
    graph = quantized(chain(CHAINS["inverted residual"]), W8A8_ASYM)
    largest = max(prod(t.shape[1:]) for t in graph.tensors.values() if not t.is_constant)
    assert json.loads(to_c(graph).files["network.json"])["arena_bytes"] < largest / 2


def test_constants_are_written_once():
    graph = quantized(chain(CHAINS["inverted residual"]), W8A8_ASYM)
    weights = to_c(graph).files["network_weights.c"].decode()
    declared = [line for line in weights.splitlines() if line.startswith("const ")]
    assert len(declared) == len(set(declared)) > 0


def test_a_tensor_that_is_read_again_is_whole():
    source = to_c(quantized(residual_network(size=24), W8A8_ASYM)).files["network.c"].decode()
    assert "_strip_" not in source


def test_a_network_without_an_arena():
    graph = quantized(chain((Layer(4, (1, 1), pads=(0, 0, 0, 0)),)), W8A8_ASYM)
    assert json.loads(to_c(graph).files["network.json"])["arena_bytes"] == 0
    assert strips_of(graph) == 0


def strips_of(graph: Graph) -> int:
    """Return in how many strips the first layer is."""
    source = to_c(graph).files["network.c"].decode()
    return source.count("layer0_conv_strip_") - source.count("&layer0_conv_strip_")


def chain(layers: tuple[Layer, ...], image: tuple[int, int, int] = (4, 37, 20)) -> Graph:
    """Return a float network of layers, one after the other."""
    random = np.random.default_rng(len(layers))
    tensors = {"image": Tensor("image", ("N", *image), layout="NCHW")}
    nodes, source = [], "image"
    for index, layer in enumerate(layers):
        taken, height, width = image
        group = 1 if layer.outputs else taken
        shape = (layer.outputs or taken, taken // group, *layer.kernel)
        size = [
            (length + before + after - layer.dilation * (kernel - 1) - 1) // stride + 1
            for length, before, after, kernel, stride in zip(
                (height, width),
                layer.pads[:2],
                layer.pads[2:],
                layer.kernel,
                layer.strides,
                strict=True,
            )
        ]
        image = (shape[0], *size)
        output, weight = f"layer{index}", f"weight{index}"
        data = (random.standard_normal(shape) / np.sqrt(prod(shape[1:]))).astype(np.float32)
        tensors[weight] = Tensor(weight, shape, data=data)
        tensors[output] = Tensor(output, ("N", *image), layout="NCHW")
        window = {
            "strides": layer.strides,
            "pads": layer.pads,
            "dilations": (layer.dilation,) * 2,
            "group": group,
            "clamp": (0.0, inf),
        }
        nodes.append(Node(f"{output}_conv", "conv", (source, weight), output, window))
        source = output
    return Graph("chain", ("image",), (source,), tensors, tuple(nodes), {"zoo.model": "test"})
