"""A teacher for tests."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from recipes.facedet.variants import STRIDES

FEATURES = 64


@pytest.fixture
def small_yunet(tmp_path: Path) -> Path:
    """Return the file of a network with YuNet's outputs."""
    _save(tmp_path / "small.onnx")
    return tmp_path / "small.onnx"


def _save(file: Path) -> None:
    """A network of YuNet's outputs: constant scores, a face around the corner of each cell."""
    random = np.random.default_rng(0)
    nodes, weights, outputs = [], [], []

    def conv(source: str, target: str, values: np.ndarray, bias: float, stride: int = 1) -> None:
        kernel = values.shape[-1]
        weights.append(numpy_helper.from_array(values.astype(np.float32), f"{target}.w"))
        full = np.full(len(values), bias, np.float32)
        weights.append(numpy_helper.from_array(full, f"{target}.b"))
        inputs = [source, f"{target}.w", f"{target}.b"]
        sizes = {"kernel_shape": [kernel, kernel], "strides": [stride, stride]}
        nodes.append(helper.make_node("Conv", inputs, [target], **sizes))

    def identity(source: str, target: str) -> None:
        conv(source, target, np.eye(FEATURES)[:, :, None, None], 0)

    for stride in STRIDES:
        kernel = random.normal(0, 1e-3, (FEATURES, 3, stride, stride))
        conv("input", f"neck_{stride}", kernel, 0.1, stride)
        nodes.append(helper.make_node("Relu", [f"neck_{stride}"], [f"feature_{stride}"]))
        identity(f"feature_{stride}", f"a_{stride}")
        identity(f"a_{stride}", f"b_{stride}")
        for kind, channels, bias in (("cls", 1, 0.0), ("obj", 1, 1.0), ("bbox", 4, 0.0)):
            name = f"{kind}_{stride}"
            conv(f"b_{stride}", f"{name}.c", np.zeros((channels, FEATURES, 1, 1)), 0)
            conv(f"{name}.c", f"{name}.d", np.zeros((channels, channels, 1, 1)), bias)
            nodes.append(
                helper.make_node("Transpose", [f"{name}.d"], [f"{name}.t"], perm=[0, 2, 3, 1])
            )
            last = name if kind == "bbox" else f"{name}.r"
            nodes.append(helper.make_node("Reshape", [f"{name}.t", f"shape{channels}"], [last]))
            if kind != "bbox":
                nodes.append(helper.make_node("Sigmoid", [last], [name]))
            shape = [1, None, channels]
            outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))
    for channels in (1, 4):
        sizes = np.array([1, -1, channels], np.int64)
        weights.append(numpy_helper.from_array(sizes, f"shape{channels}"))
    image = helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, 3, None, None])
    graph = helper.make_graph(nodes, "yunet", [image], outputs, weights)
    opsets = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=8), file)
