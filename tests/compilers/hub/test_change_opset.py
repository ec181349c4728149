"""Old and new files compute what they do in ONNX Runtime, or are refused by the node."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from compilers.hub import read, simplify
from compilers.reference import run_graph
from zoo.errors import HubError, UnsupportedOpError

X = np.random.default_rng(0).normal(0, 2, (2, 3, 8, 6)).astype(np.float32)


def model(opset: int, *nodes: onnx.NodeProto, shape=(2, 3, 8, 6), **constants) -> bytes:
    """Return a network from x to y, the last node's output."""
    nodes[-1].output[0] = "y"
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(np.array(v), name) for name, v in constants.items()],
    )
    opsets = [helper.make_opsetid("", opset)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=4).SerializeToString()


def node(op_type: str, *inputs: str, **attributes) -> onnx.NodeProto:
    return helper.make_node(op_type, ["x", *inputs], ["t"], **attributes)


def run(content: bytes, x: np.ndarray) -> np.ndarray:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(content, options).run(None, {"x": x})[0]


STATISTICS = {name: np.float32([0.5, 1, 2]) for name in ("scale", "bias", "mean", "var")}
SCALES = {"scales": np.float32([1, 1, 1.5, 2])}
SMALLER = {"scales": np.float32([1, 1, 0.5, 0.5])}
CASES = {
    "relu": ([7, 8, 9, 10, 11, 12, 22, 23, 24], node("Relu"), {}),
    "clip": ([7, 10], node("Clip", min=-1.0, max=0.5), {}),
    "clip below": ([7], node("Clip", max=0.5), {}),
    "softmax over all": ([7, 11, 12], node("Softmax"), {}),
    "softmax over images": ([12], node("Softmax", axis=2), {}),
    "softmax of rows": ([12], node("Softmax", axis=3), {}),
    "softmax of rows, from the end": ([11], node("Softmax", axis=-1), {}),
    "softmax of images, from the end": ([11], node("Softmax", axis=-2), {}),
    "batch norm": (
        [7, 8, 9],
        node("BatchNormalization", "scale", "bias", "mean", "var"),
        STATISTICS,
    ),
    "pad": ([7, 10], node("Pad", pads=[0, 0, 1, 0, 0, 0, 0, 2], value=1.5), {}),
    "slice": ([7, 9], node("Slice", starts=[1, 2], ends=[99, -1], axes=[2, 3]), {}),
    "slice of all axes": ([7], node("Slice", starts=[0, 0, 1, 0], ends=[9, 2, 5, 4]), {}),
    "split": ([7, 11, 12], node("Split", axis=1, split=[2, 1]), {}),
    "unsqueeze": ([7, 12], node("Unsqueeze", axes=[2]), {}),
    "reduce mean": ([7, 12], node("ReduceMean", axes=[2, 3], keepdims=0), {}),
    "upsample, nearest": ([7, 8], node("Upsample", scales=[1.0, 1.0, 2.0, 1.5]), {}),
    "upsample, linear": ([7, 8], node("Upsample", mode="linear", scales=[1.0, 1.0, 2.0, 1.5]), {}),
    "upsample by a constant": ([9], node("Upsample", "scales", mode="linear"), SCALES),
    "resize, linear": ([10], node("Resize", "scales", mode="linear"), SCALES),
    "resize, nearest": ([10], node("Resize", "scales"), SCALES),
    "resize to less, linear": ([10], node("Resize", "scales", mode="linear"), SMALLER),
    "resize to less, nearest": ([10], node("Resize", "scales"), SMALLER),
    "resize of today": (
        [11, 12, 13, 18, 22],
        node("Resize", "roi", "scales", mode="linear", coordinate_transformation_mode="half_pixel"),
        {"roi": np.float32([]), **SCALES},
    ),
    "max pool": ([7, 8, 12, 22], node("MaxPool", kernel_shape=[2, 2], strides=[2, 2]), {}),
    "average pool": ([7, 12, 22], node("AveragePool", kernel_shape=[3, 3], pads=[1] * 4), {}),
    "hard sigmoid": ([7, 22], node("HardSigmoid"), {}),
    "transpose": ([7, 24], node("Transpose", perm=[0, 2, 3, 1]), {}),
    "flatten": ([7, 24], node("Flatten"), {}),
}


@pytest.mark.parametrize(
    ("name", "opset"), [(name, opset) for name, (opsets, *_) in CASES.items() for opset in opsets]
)
def test_other_opsets_compute_the_same(name, opset):
    _, operator, constants = CASES[name]
    new = onnx.NodeProto()
    new.CopyFrom(operator)
    if name == "split":
        new.output.append("rest")
    content = model(opset, new, **constants)
    graph = read(simplify(content, "old.onnx"), "old.onnx")
    found, expected = run_graph(graph, {"x": X})["y"], run(content, X)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_squeezed_axes_of_old():
    content = model(
        7, node("ReduceMean", axes=[2, 3]), helper.make_node("Squeeze", ["t"], ["y"], axes=[2, 3])
    )
    found = run_graph(read(simplify(content, "old.onnx"), "old.onnx"), {"x": X})["y"]
    np.testing.assert_allclose(found, X.mean((2, 3)), rtol=1e-5)


@pytest.mark.parametrize("opset", [7, 10, 12, 22])
def test_dropout_drops_nothing(opset):
    ratio = {"ratio": 0.7} if opset < 12 else {}
    content = model(opset, node("Dropout", **ratio), helper.make_node("Relu", ["t"], ["y"]))
    found = run_graph(read(simplify(content, "old.onnx"), "old.onnx"), {"x": X})["y"]
    np.testing.assert_array_equal(found, np.maximum(X, 0))


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_before_opset_7_constants_broadcast_from_an_axis(axis):
    # ONNX Runtime has no such kernels; ONNX Add-6 defines it.
    values = np.arange(X.shape[axis], dtype=np.float32)
    content = model(6, node("Add", "c", axis=axis, broadcast=1), c=values)
    found = run_graph(read(simplify(content, "old.onnx"), "old.onnx"), {"x": X})
    aligned = values.reshape([-1 if size == axis % 4 else 1 for size in range(4)])
    np.testing.assert_allclose(found["y"], X + aligned)


def test_before_opset_7_slopes_are_by_channel():
    content = model(6, node("PRelu", "slope"), slope=np.float32([0.1, 0.2, 0.3]))
    found = run_graph(read(simplify(content, "old.onnx"), "old.onnx"), {"x": X})["y"]
    slopes = np.float32([0.1, 0.2, 0.3]).reshape(-1, 1, 1)
    np.testing.assert_allclose(found, np.where(X < 0, X * slopes, X))


def refusal(opset: int, operator: onnx.NodeProto, **constants) -> str:
    operator.name = "n"
    with pytest.raises(HubError) as caught:
        simplify(model(opset, operator, **constants), "net.onnx")
    return str(caught.value)


def test_statistics_for_each_pixel():
    operator = node("BatchNormalization", "scale", "bias", "mean", "var", spatial=0)
    assert refusal(7, operator, **STATISTICS) == (
        "net.onnx: node 'n' (BatchNormalization): statistics for each pixel (spatial = 0) are not "
        "supported; export with opset 13 or newer"
    )


def test_training_mode_of_old():
    operator = node("BatchNormalization", "scale", "bias", "mean", "var")
    assert refusal(6, operator, **STATISTICS) == (
        "net.onnx: node 'n' (BatchNormalization): it is in training mode; call model.eval() before "
        "the export; export with opset 13 or newer"
    )


def test_larger_and_smaller_at_once():
    scales = {"scales": np.float32([1, 1, 2, 0.5])}
    assert refusal(10, node("Resize", "scales"), **scales) == (
        "net.onnx: node 'n' (Resize): scales [1.0, 1.0, 2.0, 0.5], both above and below 1; export "
        "with opset 13 or newer"
    )


def test_what_an_operator_meant_then_is_not_known():
    operator = helper.make_node("Scan", ["x"], ["t"], num_scan_inputs=1)
    body = helper.make_graph(
        [helper.make_node("Relu", ["a"], ["b"])],
        "body",
        [helper.make_tensor_value_info("a", TensorProto.FLOAT, None)],
        [helper.make_tensor_value_info("b", TensorProto.FLOAT, None)],
    )
    operator.attribute.append(helper.make_attribute("body", body))
    operator.input.insert(0, "")
    assert refusal(8, operator) == (
        "net.onnx: node 'n' (Scan): its meaning in ONNX opset 8 is unknown; export with one of 13 "
        "to 21"
    )


def test_what_came_later_than_the_hub():
    assert refusal(24, node("Swish")).startswith(
        "net.onnx: node 'n' (Swish): no op plugin reads ONNX operator 'Swish'; export"
    )


def test_uses_that_came_later_than_the_hub():
    values = {"s": np.float32(0.1), "z": np.int8(0)}
    later = node("QuantizeLinear", "s", "z", precision=1)
    content = model(
        23, later, helper.make_node("DequantizeLinear", ["t", "s", "z"], ["y"]), **values
    )
    with pytest.raises(UnsupportedOpError, match="its meaning in ONNX opset 23 is unknown"):
        simplify(content, "net.onnx")


def test_a_file_without_an_opset():
    assert refusal(0, node("Relu")) == (
        "net.onnx: states no opset of ONNX; the file is empty or damaged"
    )


@pytest.mark.parametrize("opset", [5, 99])
def test_opsets_that_nobody_knows(opset):
    newest = onnx.defs.onnx_opset_version()
    assert refusal(opset, node("Relu")) == (
        f"net.onnx: ONNX opset {opset}; supported are 6 to {newest}: export with one of 13 to 21"
    )
