"""The work of each node."""

import numpy as np
from build_graph import build_graph
from networks import residual_network
from quantization import quantized

from compilers.schemes import W8A8_ASYM
from zoo.graph import Node
from zoo.macs import count_macs, layer_work


def test_a_convolution_by_hand():
    attributes = {"strides": (2, 2), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}
    node = Node("c", "conv", ("x", "w"), "y", attributes)
    weights = np.ones((4, 3, 3, 3), np.float32)
    graph = build_graph({"x": ("N", 3, 9, 9)}, (node,), ("y",), {"w": weights})
    (layer,) = layer_work(graph)
    assert (layer.node, layer.op, layer.output) == ("c", "conv", (4, 4, 4))
    assert layer.macs == 4 * 4 * 4 * 27
    assert layer.bytes == 4 * (3 * 9 * 9 + 4 * 27 + 4 * 4 * 4)
    assert layer.macs_per_byte == round(layer.macs / layer.bytes, 2)


def test_integers_move_fewer_bytes_for_the_same_work():
    graph = residual_network()
    integers = quantized(graph, W8A8_ASYM)
    assert count_macs(integers) == count_macs(graph) > 0
    wide, narrow = (sum(layer.bytes for layer in layer_work(g)) for g in (graph, integers))
    assert wide / 4 <= narrow < wide / 2  # biases stay 32 bits
