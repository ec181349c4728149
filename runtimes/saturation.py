"""Tests whether ONNX Runtime's 8-bit kernels are exact on this CPU, by running them.

On x86-64 without VNNI, products of uint8 and int8 are added in pairs in 16 bits, which saturates:
2 * 255 * 127 = 64770 becomes 32767. The session entry session.x64quantprecision = 1 makes weights
uint8, which is exact there. It must not be set elsewhere: on some CPUs with VNNI it makes
convolutions three times slower.
"""

from functools import cache

import numpy as np
import onnxruntime
from onnx import ModelProto, TensorProto, helper, numpy_helper

__all__ = ["saturates"]

_CHANNELS = 64
_EXPECTED = 200


@cache
def saturates() -> bool:
    """Return whether a convolution of the largest integers is too small."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        _largest_convolution().SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    largest = np.full((1, _CHANNELS, 1, 1), 255, np.uint8)
    (found,) = session.run(None, {"x": largest})
    return bool(found.item() != _EXPECTED)


def _largest_convolution() -> ModelProto:
    """Return a QLinearConv with all weights 127 and output 200 for inputs of 255."""
    constants = {
        "x_scale": np.float32(1),
        "x_zero": np.uint8(0),
        "w": np.full((1, _CHANNELS, 1, 1), 127, np.int8),
        "w_scale": np.float32(1),
        "w_zero": np.int8(0),
        "y_scale": np.float32(_CHANNELS * 255 * 127 / _EXPECTED),
        "y_zero": np.uint8(0),
    }
    graph = helper.make_graph(
        [helper.make_node("QLinearConv", ["x", *constants], ["y"])],
        "largest",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, [1, _CHANNELS, 1, 1])],
        [helper.make_tensor_value_info("y", TensorProto.UINT8, [1, 1, 1, 1])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
