"""Writes colours.onnx, a classifier that needs no training: python make_network.py"""

from itertools import product
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper
from onnx.numpy_helper import from_array


def colours() -> onnx.ModelProto:
    """Return a network that scores the mean colour of a picture against the corners of RGB."""
    corners = np.array(list(product((-8, 8), repeat=3)), np.float32)
    nodes = [
        helper.make_node("GlobalAveragePool", ["image"], ["mean"], "mean"),
        helper.make_node("Flatten", ["mean"], ["colour"], "colour"),
        helper.make_node("Gemm", ["colour", "corners"], ["logits"], "corners", transB=1),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 64, 64])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", len(corners)])
    constants = [from_array(corners, "corners")]
    graph = helper.make_graph(nodes, "colours", [image], [logits], constants)
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


if __name__ == "__main__":
    onnx.save(colours(), Path(__file__).with_name("colours.onnx"))
