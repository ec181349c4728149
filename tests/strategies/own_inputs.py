"""Networks as their files take pictures: in all layouts, uint8 or float32."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from zoo.layout import LAYOUTS, file_sizes

MEAN, STD = np.float32([120, 110, 100]), np.float32([60, 50, 70])


def picture_network(layout="nchw", dtype="float32", scaling=(), size=(6, 5), moved=()):
    """Return a network of one convolution.

    scaling: names of `_SCALING`, in the file's layout, before the convolution.
    moved: nodes before the cast of a uint8 input, on 'x', with output 'moved'.
    """
    nodes, value = list(moved), "moved" if moved else "x"
    if dtype == "uint8":
        nodes.append(helper.make_node("Cast", [value], ["real"], "cast", to=TensorProto.FLOAT))
        value = "real"
    constants = []
    for name in scaling:
        op, *numbers = _SCALING[name]
        laid = [_laid(array, layout) for array in numbers]
        names = [f"{name}.{index}" for index in range(len(laid))]
        constants += map(numpy_helper.from_array, laid, names)
        nodes.append(helper.make_node(op, [value, *names], [f"{name}.y"], name))
        value = f"{name}.y"
    if layout != "nchw":
        back = np.argsort(LAYOUTS[layout]).tolist()
        nodes.append(helper.make_node("Transpose", [value], ["laid"], "lay", perm=back))
        value = "laid"
    weight = np.random.default_rng(0).normal(0, 0.1, (4, 3, 3, 3)).astype(np.float32)
    constants.append(numpy_helper.from_array(weight, "weight"))
    nodes.append(helper.make_node("Conv", [value, "weight"], ["y"], "conv", pads=[1, 1, 1, 1]))
    shape = file_sizes((3, *size), layout)
    kind = TensorProto.UINT8 if dtype == "uint8" else TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", kind, ["N", *shape])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 4, *size])],
        constants,
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8)


_SCALING = {
    "centre": ("Sub", MEAN),
    "scale": ("Div", STD),
    "unit": ("Mul", np.float32(1 / 255)),
    "limit": ("Clip", np.float32(-2), np.float32(2)),
    "squash": ("Tanh",),
}
SCALING = tuple(_SCALING)


def _laid(array, layout):
    return array.reshape(3, 1, 1) if array.ndim and layout[1] == "c" else array


def save(model, path):
    onnx.save(model, path)
    return path
