"""ONNX Runtime as an executor, optimised and not."""

import numpy as np
import pytest
from onnx import TensorProto, helper

from runtimes.executors import onnxruntime_unoptimized
from runtimes.executors.onnxruntime import EXECUTOR
from zoo.errors import HubError

BOTH = (EXECUTOR, onnxruntime_unoptimized.EXECUTOR)
IMAGES = np.arange(12, dtype=np.float32).reshape(2, 3, 2)


@pytest.fixture
def folder(tmp_path):
    """Return a folder with two.onnx: double and negative of a tensor x, [N, 3, 2]."""
    nodes = [helper.make_node("Add", ["x", "x"], ["double"]), helper.make_node("Neg", ["x"], ["n"])]
    shape = ["N", 3, 2]
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, shape) for n in ("double", "n")]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    model = helper.make_model(
        helper.make_graph(nodes, "two", [x], values),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=9,
    )
    (tmp_path / "two.onnx").write_bytes(model.SerializeToString())
    return tmp_path


@pytest.mark.parametrize("executor", BOTH, ids=lambda executor: executor.name)
def test_returns_all_outputs_by_name(executor, folder):
    outputs = executor.load(folder, "two.onnx", threads=2)({"x": IMAGES})
    assert list(outputs) == ["double", "n"]
    np.testing.assert_array_equal(outputs["double"], 2 * IMAGES)
    np.testing.assert_array_equal(outputs["n"], -IMAGES)


def test_takes_arrays_of_any_layout_and_float_type(folder):
    strided = IMAGES.astype(np.float64)[:, ::-1]
    outputs = EXECUTOR.load(folder, "two.onnx")({"x": strided})
    np.testing.assert_array_equal(outputs["n"], -IMAGES[:, ::-1])


@pytest.mark.parametrize(
    ("feeds", "message"),
    [
        ({}, r"its input 'x' is missing; the network has x$"),
        ({"x": IMAGES, "xx": IMAGES}, r"it has no input 'xx'; did you mean x\?$"),
        ({"x": IMAGES[:, :2]}, r"input 'x' has shape \[2, 2, 2\], expected \['N', 3, 2\]$"),
        ({"x": IMAGES[0]}, r"input 'x' has shape \[3, 2\], expected \['N', 3, 2\]$"),
    ],
)
def test_wrong_inputs_are_refused(folder, feeds, message):
    with pytest.raises(HubError, match=rf"two\.onnx: {message}"):
        EXECUTOR.load(folder, "two.onnx")(feeds)


@pytest.mark.parametrize("content", [b"", b"no model at all"])
def test_a_broken_file_is_named(tmp_path, content):
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(HubError, match=r"model\.onnx: ONNX Runtime [\d.]+ cannot load it \("):
        EXECUTOR.load(tmp_path, "model.onnx")


@pytest.mark.parametrize("executor", BOTH, ids=lambda executor: executor.name)
def test_tells_what_is_inside(executor, tmp_path):
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["y"]),
    ]
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, ["N", 3, 2]) for n in ("x", "y"))
    constants = [
        helper.make_tensor("scale", TensorProto.FLOAT, (), [2.0]),
        helper.make_tensor("zero", TensorProto.UINT8, (), [100]),
    ]
    model = helper.make_model(
        helper.make_graph(nodes, "two", [x], [y], constants),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=9,
    )
    (tmp_path / "two.onnx").write_bytes(model.SerializeToString())
    inside = executor.load_inside(tmp_path, "two.onnx", ["q", "x", "not there"])({"x": IMAGES})
    assert list(inside) == ["q"]
    assert inside["q"].dtype == np.uint8
    np.testing.assert_array_equal(inside["q"], np.rint(IMAGES / 2) + 100)
