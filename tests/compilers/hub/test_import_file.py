"""Files as strangers export them: any batch, open shapes, any order, stale notes, float16."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from compilers.hub import import_file, write
from compilers.hub.read import read
from compilers.reference import run_graph
from zoo.contract import FileInput
from zoo.errors import HubError

X = np.random.default_rng(0).normal(0, 2, (3, 3, 4, 4)).astype(np.float32)
HEADER = '<ir_version: 8, opset_import: ["" : 17]>'


def parse(text: str) -> onnx.ModelProto:
    return onnx.parser.parse_model(HEADER + text)


def take(tmp_path, model, shapes=None):
    if isinstance(model, str):
        model = parse(model)
    (tmp_path / "net.onnx").write_bytes(model.SerializeToString())
    inputs = {name: FileInput(shape) for name, shape in (shapes or {}).items()}
    return import_file(tmp_path / "net.onnx", inputs)


def refusal(tmp_path, model, shapes=None) -> str:
    with pytest.raises(HubError) as caught:
        take(tmp_path, model, shapes)
    return str(caught.value).removeprefix(f"{tmp_path}/")


VIEWS = {
    "fixed batch of 1": ("1", "1,48"),
    "fixed batch of 4": ("4", "4,48"),
    "open batch that a reshape says is 1": ("N", "1,48"),
    "open batch": ("N", "-1,48"),
}


@pytest.mark.parametrize("name", VIEWS)
def test_any_batch_is_opened(name, tmp_path):
    batch, shape = VIEWS[name]
    graph = take(
        tmp_path,
        f"""net (float[{batch},3,4,4] x) => (float[{batch},48] y) <int64[2] s = {{{shape}}}> {{
            a = Relu (x)
            y = Reshape (a, s)
        }}""",
    )
    assert graph.tensors["x"].shape == ("N", 3, 4, 4)
    assert graph.tensors["y"].shape == ("N", 48)
    found = run_graph(graph, {"x": X})["y"]
    np.testing.assert_array_equal(found, np.maximum(X, 0).reshape(3, 48))
    assert read(write(graph), "hub.onnx") == graph


def test_shapes_that_the_file_computes(tmp_path):
    graph = take(
        tmp_path,
        """net (float[N,3,4,4] x) => (float[N,48] y)
        <int64[1] rest = {-1}, int64 zero = {0}, int64[1] axes = {0}> {
            sizes = Shape (x)
            batch = Gather (sizes, zero)
            first = Unsqueeze (batch, axes)
            s = Concat <axis = 0> (first, rest)
            y = Reshape (x, s)
        }""",
    )
    assert [node.op for node in graph.nodes] == ["reshape"]
    assert graph.tensors["y"].shape == ("N", 48)


def test_a_squeeze_without_axes_keeps_an_open_batch(tmp_path):
    graph = take(
        tmp_path,
        """net (float[N,3,4,4] x) => (float[N,3] y) {
            a = GlobalAveragePool (x)
            y = Squeeze (a)
        }""",
    )
    found = run_graph(graph, {"x": X})["y"]
    np.testing.assert_allclose(found, X.mean((2, 3)), rtol=1e-5)


def test_constants_that_tell_samples_apart(tmp_path):
    text = """net (float[2,3] x) => (float[2,3] y) <float[2,3] c = {1,2,3,4,5,6}> {
        [shift] y = Add (x, c)
    }"""
    assert refusal(tmp_path, text) == (
        "net.onnx: node 'shift' (add): it computes (2, 3) for a batch of 2 and cannot for others, "
        "because 'c' differs between samples; export with a dynamic batch, for example "
        "torch.onnx.export(..., dynamic_axes={'input': {0: 'N'}})"
    )


def test_the_batch_that_moves(tmp_path):
    text = """net (float[N,3] x) => (float[1,N,3] y) <float[1,1,1] c = {1}> {
        [shift] y = Add (x, c)
    }"""
    assert refusal(tmp_path, text).startswith(
        "net.onnx: node 'shift' (add): it computes (1, 1, 3) for a batch of 1 and cannot"
    )


def test_different_batches(tmp_path):
    text = "net (float[2,3] a, float[1,3] b) => (float[2,3] y) {y = Add (a, b)}"
    assert refusal(tmp_path, text) == (
        "net.onnx: the inputs a, b have batches of 1, 2; export the network with one batch for all "
        "of them"
    )


DYNAMIC = "net (float[N,3,H,W] x) => (float[N,3,H,W] y) {y = Relu (x)}"


def test_open_height_and_width_are_those_of_the_contract(tmp_path):
    graph = take(tmp_path, DYNAMIC, {"x": (3, 20, 30)})
    assert graph.tensors["y"].shape == ("N", 3, 20, 30)


@pytest.mark.parametrize("shapes", [{}, {"image": (3, 4, 4)}, {"x": (3, 4)}])
def test_open_height_that_nobody_knows(tmp_path, shapes):
    assert refusal(tmp_path, DYNAMIC, shapes).startswith(
        "net.onnx: input 'x' has a dynamic axis 2 (H); only axis 0, the batch, may be dynamic"
    )


def test_fixed_sizes_are_not_changed(tmp_path):
    text = "net (float[N,3,8,W] x) => (float[N,3,8,W] y) {y = Relu (x)}"
    assert take(tmp_path, text, {"x": (1, 5, 6)}).tensors["x"].shape == ("N", 3, 8, 6)


def test_unsorted_nodes_and_stale_shapes(tmp_path):
    model = parse(
        """net (float[N,3,4,4] x) => (float[7,8] y) <float[9] a> {
            a = Relu (x)
            b = Sigmoid (a)
            y = Add (a, b)
        }"""
    )
    nodes = [model.graph.node[index] for index in (2, 1, 0)]
    copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del model.graph.node[:]
    model.graph.node.extend(copies)
    graph = take(tmp_path, model)
    assert [node.op for node in graph.nodes] == ["clip", "sigmoid", "add"]
    assert graph.tensors["y"].shape == ("N", 3, 4, 4)


def test_stale_shapes_of_values_whose_shape_is_computed(tmp_path):
    """As old exporters of PaddlePaddle and PyTorch leave them: -1, or an axis too few."""
    text = """net (float[-1,3,H,W] x) => (float[-1,48] y, float[1,L] z)
        <float[1] one = {1}, float[1] three = {3}> {
            a = Relu (x)
            sizes = Shape (x)
            reals = Cast <to = 1> (sizes)
            all = ReduceProd <keepdims = 1> (reals)
            shape_of_y = Concat <axis = 0> (one, all)
            integers_of_y = Cast <to = 7> (shape_of_y)
            y = Reshape (a, integers_of_y)
            third = Div (all, three)
            shape_of_z = Concat <axis = 0> (one, three, third)
            integers_of_z = Cast <to = 7> (shape_of_z)
            z = Reshape (a, integers_of_z)
        }"""
    model = onnx.parser.parse_model(HEADER.replace("17", "11") + text)
    graph = take(tmp_path, model, {"x": (3, 4, 4)})
    assert [graph.tensors[name].shape for name in graph.outputs] == [("N", 48), ("N", 3, 16)]


def test_nodes_in_a_circle(tmp_path):
    model = parse(
        "net (float[N,3] x) => (float[N,3] y) {a = Add (x, b) \n b = Relu (a) \n y = Relu (b)}"
    )
    assert refusal(tmp_path, model).startswith("net.onnx: not a valid ONNX model (")


def test_networks_in_float16(tmp_path):
    weight = np.random.default_rng(1).normal(0, 1, (2, 3, 1, 1)).astype(np.float16)
    half = TensorProto.FLOAT16
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "w"], ["a"]),
            helper.make_node("Cast", ["a"], ["b"], to=half),
            helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(np.float16([3]))),
            helper.make_node("Mul", ["b", "c"], ["y"]),
        ],
        "net",
        [helper.make_tensor_value_info("x", half, ["N", 3, 4, 4])],
        [helper.make_tensor_value_info("y", half, ["N", 2, 4, 4])],
        [numpy_helper.from_array(weight, "w")],
    )
    opsets = [helper.make_opsetid("", 17)]
    imported = take(tmp_path, helper.make_model(graph, opset_imports=opsets, ir_version=8))
    found = run_graph(imported, {"x": X})["y"]
    expected = 3 * np.einsum("nchw,kc->nkhw", X, weight[..., 0, 0].astype(np.float32))
    assert {tensor.dtype for tensor in imported.tensors.values()} == {"float32"}
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(HubError, match=r"net\.onnx: cannot be read \(No such file"):
        import_file(tmp_path / "net.onnx", {})


def test_weights_that_faded_away_are_zeros(tmp_path):
    graph = take(
        tmp_path,
        """net (float[N,2] x) => (float[N,2] y) <float[2] s = {1e-40, 2.0}> {
            y = Mul (x, s)
        }""",
    )
    (scales,) = (t.data for t in graph.tensors.values() if t.is_constant)
    assert scales.reshape(-1).tolist() == [0, 2]


@pytest.mark.parametrize("closed", [False, True])
def test_a_mask_may_close_positions_but_no_row(tmp_path, closed):
    mask = np.array([[0, -np.inf], [-np.inf if closed else 0, -np.inf]], np.float32)
    model = parse(
        """net (float[N,2,2] x) => (float[N,2,2] y) {
            masked = Add (x, mask)
            y = Softmax (masked)
        }"""
    )
    model.graph.initializer.append(numpy_helper.from_array(mask, "mask"))
    if closed:
        assert "'mask' excludes every position of a row (-inf)" in refusal(tmp_path, model)
    else:
        found = run_graph(take(tmp_path, model), {"x": X[:, 0, :2, :2]})["y"]
        np.testing.assert_array_equal(found, np.broadcast_to([1, 0], found.shape))
