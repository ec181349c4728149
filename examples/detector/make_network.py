"""Writes balls.onnx, a detector that needs no training: python make_network.py"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.numpy_helper import from_array

SIZE, STRIDE, REACH = 96, 4, 16
"""Sides of input and cell, and how far a cell sees to each side, in pixels."""


def balls() -> onnx.ModelProto:
    """Return a network that finds red and blue things of one colour each.

    A cell counts the coloured pixels to its left, right, top and bottom: the distances to the
    edges of what it lies in. In the middle of a thing, opposite distances are equal.
    """
    weights = dict(_weights())
    nodes = [
        helper.make_node("Conv", ["image", "colour", "faint"], ["strength"], "colour"),
        helper.make_node("Clip", ["strength", "zero", "one"], ["mask"], "mask"),
        *_cells("mask", "across", kernel=(STRIDE, 2 * REACH)),
        *_cells("mask", "along", kernel=(2 * REACH, STRIDE)),
        *_cells("mask", "here", kernel=(STRIDE, STRIDE)),
        helper.make_node("Concat", ["across_seen", "along_seen", "here_seen"], ["seen"], axis=1),
        helper.make_node("Conv", ["seen", "answer", "least"], ["cells"], "answer"),
    ]
    count = SIZE // STRIDE
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, SIZE, SIZE])
    cells = helper.make_tensor_value_info("cells", TensorProto.FLOAT, ["N", 6, count, count])
    constants = [from_array(value.astype(np.float32), name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "balls", [image], [cells], constants)
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


def _cells(source: str, name: str, kernel: tuple[int, int]) -> list[onnx.NodeProto]:
    """Return a convolution over the surroundings of each cell, and its rectifier."""
    top, left = ((side - STRIDE) // 2 for side in kernel)
    words = {"strides": [STRIDE, STRIDE], "pads": [top, left, top, left]}
    return [
        helper.make_node("Conv", [source, name], [f"{name}_sum"], name, **words),
        helper.make_node("Relu", [f"{name}_sum"], [f"{name}_seen"], f"{name}_relu"),
    ]


def _weights() -> Iterator[tuple[str, np.ndarray]]:
    # Red is red less green and blue, blue is blue less red and green.
    yield "colour", 4 * np.array([[1, -1, -1], [-1, -1, 1]]).reshape(2, 3, 1, 1)
    yield "faint", np.array([-0.8, -0.8])
    yield "zero", np.array(0)
    yield "one", np.array(1)
    # Before and after the middle of a cell, in cells, and how much the one exceeds the other.
    before = np.repeat([1, 0], REACH) / STRIDE
    sides = np.stack([before, before[::-1], before - before[::-1], before[::-1] - before])
    line = np.array([0, 0.5, 0.5, 0])  # the two middle pixels of a cell
    both = np.ones((1, 2, 1, 1))
    yield "across", sides[:, None, None, :] * line[:, None] * both
    yield "along", sides[:, None, :, None] * line * both
    middle = line[:, None] * line
    yield "here", np.eye(2)[:, :, None, None] * middle
    # left, top, right, bottom, then the logits of red and blue: 12 where a colour is, less 4 for
    # each cell that a thing's middle is away, on the whole less 6.
    answer = np.zeros((6, 10))
    answer[[0, 2], [0, 1]] = answer[[1, 3], [4, 5]] = 1
    answer[4:, [2, 3, 6, 7]] = -2
    answer[[4, 5], [8, 9]] = 12
    yield "answer", answer.reshape(6, 10, 1, 1)
    yield "least", np.array([0, 0, 0, 0, -6, -6])


if __name__ == "__main__":
    onnx.save(balls(), Path(__file__).with_name("balls.onnx"))
