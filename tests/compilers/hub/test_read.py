"""What the import makes of ONNX as other tools write it; models are in ONNX's text form."""

from math import inf

import numpy as np
import onnx
import pytest
from onnx_runtime import run_onnx

from compilers.hub import read, write
from compilers.reference import run_graph
from zoo.graph import Graph

HEADER = '<ir_version: 8, opset_import: ["" : {opset}]>'


def _model(body: str, weights: dict[str, tuple[int, ...]] | None = None, opset: int = 17) -> bytes:
    """Return a model from text; weights: random initialisers by name and shape.

    The shape of outputs that are declared without one is inferred.
    """
    model = onnx.parser.parse_model(HEADER.format(opset=opset) + body)
    random = np.random.default_rng(0)
    for name, shape in (weights or {}).items():
        values = random.uniform(0.5, 1.5, shape).astype(np.float32)
        model.graph.initializer.append(onnx.numpy_helper.from_array(values, name))
    for output in model.graph.output:
        if not output.type.tensor_type.shape.dim:
            output.ClearField("type")
    return onnx.shape_inference.infer_shapes(model).SerializeToString()


def _read_same(content: bytes, batch: int = 2) -> Graph:
    """Read, and check that Graph and rewritten file compute what the file does."""
    graph = read(content, "net.onnx")
    random = np.random.default_rng(1)
    feeds = {}
    for name in graph.inputs:
        shape = [batch if isinstance(n, str) else n for n in graph.tensors[name].shape]
        feeds[name] = random.standard_normal(shape).astype(np.float32)
    expected = run_onnx(content, feeds)
    for results in (run_graph(graph, feeds), run_onnx(write(graph), feeds)):
        assert list(results) == list(expected)
        for name, value in results.items():
            np.testing.assert_allclose(value, expected[name], rtol=1e-5, atol=1e-5)
    return graph


def test_batch_is_called_n_whatever_its_name():
    text = "net (float[images,3,4,4] x) => (float[images,3,4,4] y) {y = Relu(x)}"
    graph = _read_same(_model(text))
    assert graph.tensors["x"].shape == graph.tensors["y"].shape == ("N", 3, 4, 4)


def test_fixed_batch_stays():
    graph = _read_same(_model("net (float[1,3,4,4] x) => (float[1,3,4,4] y) {y = Relu(x)}"))
    assert graph.tensors["y"].shape == (1, 3, 4, 4)


def test_batchnorm_and_activation_join_the_convolution():
    content = _model(
        """net (float[N,3,5,5] x) => (float[N,4,5,5] y) {
            c = Conv <pads = [1, 1, 1, 1]> (x, w)
            b = BatchNormalization (c, scale, shift, mean, variance)
            y = Relu (b)
        }""",
        {"w": (4, 3, 3, 3), **dict.fromkeys(("scale", "shift", "mean", "variance"), (4,))},
    )
    (node,) = _read_same(content).nodes
    assert (node.op, node.output, node.attributes["clamp"]) == ("conv", "y", (0.0, inf))


def test_batchnorm_alone_becomes_a_depthwise_convolution():
    content = _model(
        """net (float[N,3,5,5] x) => (float[N,3,5,5] y) {
            y = BatchNormalization <epsilon = 0.01> (x, scale, shift, mean, variance)
        }""",
        dict.fromkeys(("scale", "shift", "mean", "variance"), (3,)),
    )
    graph = _read_same(content)
    (node,) = graph.nodes
    assert (node.op, node.attributes["group"]) == ("conv", 3)
    assert graph.tensors[node.inputs[1]].shape == (3, 1, 1, 1)


def test_matmul_and_add_become_one_dense_layer():
    content = _model(
        """net (float[N,6] x) => (float[N,4] y) {
            m = MatMul (x, w)
            y = Add (bias, m)
        }""",
        {"w": (6, 4), "bias": (4,)},
    )
    graph = _read_same(content)
    (node,) = graph.nodes
    assert (node.op, node.inputs) == ("dense", ("x", "w", "bias"))
    assert graph.tensors["w"].shape == (4, 6)


def test_gemm_is_normalised():
    content = _model(
        "net (float[N,6] x) => (float[N,4] y) {y = Gemm <alpha = 0.5, beta = 2.0> (x, w, b)}",
        {"w": (6, 4), "b": (4,)},
    )
    (node,) = _read_same(content).nodes
    assert dict(node.attributes) == {}


def test_one_weight_in_two_forms_becomes_two_constants():
    content = _model(
        """net (float[N,4] x) => (float[N,4] y) {
            a = Gemm <transB = 1> (x, w)
            y = Gemm <transB = 0> (a, w)
        }""",
        {"w": (4, 4)},
    )
    graph = _read_same(content)
    assert [node.inputs[1] for node in graph.nodes] == ["w", "w.1"]


def test_constants_copies_and_dropout_leave_no_node():
    content = _model(
        """net (float[N,3,4,4] x) => (float[N,48] y) {
            a = Identity (x)
            b, mask = Dropout (a)
            shape = Constant <value = int64[2] {0, -1}> ()
            c = Reshape (b, shape)
            y = Identity (c)
        }"""
    )
    (node,) = _read_same(content).nodes
    assert (node.op, node.inputs, node.output) == ("reshape", ("x",), "y")


@pytest.mark.parametrize(
    ("call", "shape"),
    [
        ("Flatten (x)", (12,)),
        ("Flatten <axis = -3> (x)", (12,)),
        ("Squeeze (x, two)", (3, 4)),
        ("Unsqueeze (x, two)", (3, 1, 1, 4)),
        ("Reshape (x, open)", (4, 3)),
        ("Reshape (x, copied)", (3, 2, 2)),
    ],
)
def test_reshapes_are_one_op(call, shape):
    sizes = ",".join(str(size) for size in shape)
    content = _model(
        f"""net (float[N,3,1,4] x) => (float[N,{sizes}] y)
        <int64[1] two = {{2}}, int64[3] open = {{-1, 4, 3}}, int64[4] copied = {{0, 0, -1, 2}}>
        {{ y = {call} }}"""
    )
    (node,) = _read_same(content).nodes
    assert (node.op, node.attributes["shape"]) == ("reshape", shape)


VIEW = """
    shape = Shape (x)
    batch = Gather <axis = 0> (shape, zero)
    first = Unsqueeze (batch, axes)
    target = Concat <axis = 0> (first, open)
    y = Reshape (x, target)
"""
SLICED = """
    shape = Shape (x)
    first = Slice (shape, axes, one)
    target = Concat <axis = 0> (first, open)
    y = Reshape (x, target)
"""


@pytest.mark.parametrize("batch", ["N", "2"])
@pytest.mark.parametrize("body", [VIEW, SLICED])
def test_shapes_that_are_computed_from_the_batch(body, batch):
    """torch writes x.view(x.size(0), -1) like this."""
    content = _model(
        f"""net (float[{batch},3,4,4] x) => (float[{batch},48] y)
        <int64 zero = {{0}}, int64[1] axes = {{0}}, int64[1] one = {{1}}, int64[1] open = {{-1}}>
        {{ {body} }}"""
    )
    (node,) = _read_same(content).nodes
    assert (node.op, node.attributes["shape"]) == ("reshape", (48,))


def test_sizes_that_are_computed_from_the_batch():
    """torch writes interpolate(x, size=(8, 10)) like this."""
    content = _model(
        """net (float[N,3,4,5] x) => (float[N,3,8,10] y)
        <int64[1] start = {0}, int64[1] end = {2}, int64[2] size = {8, 10}> {
            shape = Shape (x)
            kept = Slice (shape, start, end, start)
            sizes = Concat <axis = 0> (kept, size)
            y = Resize <mode = "nearest", coordinate_transformation_mode = "asymmetric",
                nearest_mode = "floor"> (x, , , sizes)
        }"""
    )
    (node,) = _read_same(content).nodes
    assert node.op == "resize"


@pytest.mark.parametrize(
    "call",
    [
        "GlobalAveragePool (x)",
        "ReduceMean <axes = [2, 3]> (x)",
        "ReduceMean <axes = [-1, -2], keepdims = 0> (x)",
        "AveragePool <kernel_shape = [2, 3], auto_pad = 'SAME_UPPER'> (x)",
        "AveragePool <kernel_shape = [2, 2], strides = [2, 1], pads = [1, 0, 0, 1]> (x)",
        "AveragePool <kernel_shape = [3, 2], strides = [2, 2], ceil_mode = 1> (x)",
        "AveragePool <kernel_shape = [2, 2], pads = [1, 1, 1, 1], count_include_pad = 1> (x)",
    ],
)
def test_means_are_one_op(call):
    call = call.replace("'", '"')
    (node,) = _read_same(_model(f"net (float[N,3,5,6] x) => (float y) {{y = {call}}}")).nodes
    assert node.op == "average_pool"


@pytest.mark.parametrize("mode", ["SAME_UPPER", "SAME_LOWER", "VALID"])
def test_auto_pad_becomes_pads(mode):
    content = _model(
        f"""net (float[N,3,5,6] x) => (float y) {{
            y = Conv <auto_pad = "{mode}", strides = [2, 2]> (x, w)
        }}""",
        {"w": (4, 3, 2, 2)},
    )
    _read_same(content)


def test_clips_in_a_row_become_one_clamp():
    content = _model(
        """net (float[N,3,5,5] x) => (float y)
        <float low = {-2.0}, float high = {0.75}> {
            c = Conv (x, w)
            a = Clip (c, low)
            b = Clip (a, , high)
            y = Relu (b)
        }""",
        {"w": (4, 3, 3, 3)},
    )
    (node,) = _read_same(content).nodes
    assert node.attributes["clamp"] == (0.0, 0.75)


def test_values_that_something_else_reads_are_not_clamped():
    content = _model(
        """net (float[N,3,5,5] x) => (float y, float z) {
            c = Conv (x, w)
            y = Relu (c)
            z = Add (c, x)
        }""",
        {"w": (3, 3, 1, 1)},
    )
    assert [node.op for node in _read_same(content).nodes] == ["conv", "clip", "add"]


def test_several_inputs_and_outputs():
    content = _model(
        """net (float[N,3] x, float[N,3] z) => (float y, float s) {
            s = Add (x, z)
            y = Relu (x)
        }"""
    )
    graph = _read_same(content)
    assert (graph.inputs, graph.outputs) == (("x", "z"), ("y", "s"))


def test_weights_may_be_declared_as_inputs_too():
    """As files of IR version 3 have to."""
    content = _model(
        "net (float[N,6] x, float[6,4] w) => (float y) {y = MatMul (x, w)}", {"w": (6, 4)}
    )
    assert _read_same(content).inputs == ("x",)


def test_metadata_is_kept():
    model = onnx.load_from_string(_model("net (float[N,3] x) => (float y) {y = Relu (x)}"))
    onnx.helper.set_model_props(model, {"zoo.contract": "{}", "author": "someone"})
    graph = read(model.SerializeToString(), "net.onnx")
    assert graph.metadata == {"zoo.contract": "{}", "author": "someone"}


def test_unnamed_nodes_are_called_as_their_output():
    (node,) = read(_model("net (float[N,3] x) => (float y) {y = Relu (x)}"), "net.onnx").nodes
    assert node.name == "y"


@pytest.mark.parametrize("opset", [13, 21])
def test_oldest_and_newest_opset(opset):
    _read_same(_model("net (float[N,3] x) => (float y) {y = Relu (x)}", opset=opset))
