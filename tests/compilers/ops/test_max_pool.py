"""MaxPool and GlobalMaxPool against ONNX Runtime."""

import numpy as np
import onnxruntime
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation
from onnx import TensorProto, helper
from torch_form import torch_form_agrees, torch_gradients_are_true

from compilers.ops.max_pool import OP
from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Node
from zoo.op import OnnxCall

PAIRS = st.tuples(st.integers(1, 3), st.integers(1, 3))


@st.composite
def windows(draw):
    """Attributes of a window whose pads are smaller than its kernel, as ONNX Runtime demands."""
    kernel = draw(PAIRS)
    pads = tuple(draw(st.integers(0, kernel[axis % 2] - 1)) for axis in range(4))
    return {"kernel": kernel, "strides": draw(PAIRS), "pads": pads, "dilations": draw(PAIRS)}


IMAGES = st.tuples(st.just("N"), st.integers(1, 3), st.integers(7, 12), st.integers(7, 12))


@given(shape=IMAGES, window=windows(), seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_reals_are_those_of_onnx_runtime(shape, window, seed):
    assert OneNode("max_pool", (activation(shape),), window).difference(seed) == 0


@given(shape=IMAGES, window=windows(), shared=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=30, deadline=None)
def test_integers_are_those_of_onnx_runtime(shape, window, shared, seed):
    case = OneNode("max_pool", (activation(shape, shared),), window, shared)
    assert case.difference(seed) == 0
    assert case.comes_back


@given(shape=IMAGES, window=windows(), seed=SEEDS)
@settings(max_examples=20, deadline=None)
def test_torch_form_means_the_same(shape, window, seed):
    assert torch_form_agrees(OneNode("max_pool", (activation(shape),), window), seed)


def test_torch_gradients_are_true():
    window = {"kernel": (3, 2), "strides": (2, 1), "pads": (2, 0, 1, 1), "dilations": (1, 2)}
    case = OneNode("max_pool", (activation(("N", 2, 5, 6)),), window)
    assert torch_gradients_are_true(case)


@given(
    size=st.integers(3, 12),
    kernel=st.integers(1, 3),
    stride=st.integers(1, 4),
    pad=st.integers(0, 1),
    seed=SEEDS,
)
@settings(max_examples=60, deadline=None)
def test_ceil_mode_has_become_pads(size, kernel, stride, pad, seed):
    assume(pad < kernel)
    onnx_attributes = {
        "kernel_shape": (kernel, kernel),
        "strides": (stride, stride),
        "pads": (pad,) * 4,
        "ceil_mode": 1,
    }
    x = activation((1, 1, size, size))
    parsed = OP.parse(OnnxCall("MaxPool", onnx_attributes, (x,)))
    values = np.random.default_rng(seed).standard_normal(x.shape).astype(np.float32)
    expected = _run_onnx("MaxPool", onnx_attributes, values)
    np.testing.assert_array_equal(
        OneNode("max_pool", (x,), parsed.attributes).run(values), expected
    )


def test_global_pool_has_the_image_as_its_window():
    x = activation((2, 3, 5, 4))
    parsed = OP.parse(OnnxCall("GlobalMaxPool", {}, (x,)))
    values = np.random.default_rng(0).standard_normal(x.shape).astype(np.float32)
    expected = _run_onnx("GlobalMaxPool", {}, values)
    np.testing.assert_array_equal(
        OneNode("max_pool", (x,), parsed.attributes).run(values), expected
    )


def test_hub_gives_the_node_back():
    window = {"kernel": (3, 2), "strides": (2, 1), "pads": (1, 0, 2, 1), "dilations": (1, 2)}
    case = OneNode("max_pool", (activation(("N", 2, 8, 8)),), window)
    assert case.comes_back


def test_other_than_images_are_refused():
    call = OnnxCall("MaxPool", {"kernel_shape": (2,)}, (activation(("N", 3, 8)),), "n.onnx")
    with pytest.raises(UnsupportedOpError, match=r"MaxPool reads 'x' of shape \('N', 3, 8\)"):
        OP.parse(call)


def test_window_larger_than_the_image_is_refused():
    node = Node("pool", "max_pool", ("x",), "y", {"kernel": (9, 9)})
    with pytest.raises(HubError, match=r"node 'pool' \(max_pool\): .*does not fit"):
        OP.infer_shape(node, (activation(("N", 3, 8, 8)),))


def _run_onnx(op_type, attributes, values):
    node = helper.make_node(op_type, ["x"], ["y"], **attributes)
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, values.shape)]
    outputs = [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    graph = helper.make_graph([node], "pool", inputs, outputs)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10
    ).SerializeToString()
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": values})[0]
