"""Writes landscape.onnx, a segmentation that needs no training: python make_network.py"""

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.numpy_helper import from_array

SIZE = 128
"""Side of the input; maps have half of it."""


def landscape() -> onnx.ModelProto:
    """Return a network with a map each for other things, for sky (blue) and for grass (green)."""
    scores = np.array([[0, 0, 0], [-1, 0, 1], [-1, 1.5, -0.5]], np.float32) * 8
    constants = [
        from_array(scores.reshape(3, 3, 1, 1), "scores"),
        from_array(np.array([1, 0, 0], np.float32), "least"),
    ]
    half = {"kernel_shape": [2, 2], "strides": [2, 2]}
    nodes = [
        helper.make_node("AveragePool", ["image"], ["colour"], "colour", **half),
        helper.make_node("Conv", ["colour", "scores", "least"], ["maps"], "scores"),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, SIZE, SIZE])
    sides = [SIZE // 2, SIZE // 2]
    maps = helper.make_tensor_value_info("maps", TensorProto.FLOAT, ["N", 3, *sides])
    graph = helper.make_graph(nodes, "landscape", [image], [maps], constants)
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


if __name__ == "__main__":
    onnx.save(landscape(), Path(__file__).with_name("landscape.onnx"))
