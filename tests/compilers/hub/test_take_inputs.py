"""A file's inputs become those of a hub: float32, pictures [N, C, H, W]."""

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper
from own_inputs import SCALING, picture_network, save

from compilers.hub import import_file, write
from compilers.reference import run_graph
from zoo.contract import FileInput
from zoo.errors import HubError
from zoo.layout import LAYOUTS

PIXELS = np.random.default_rng(0).integers(0, 256, (2, 3, 6, 5)).astype(np.float32)


def take(folder, model, **form):
    inputs = {"x": FileInput(**{"shape": (3, 6, 5), **form})} if form else {}
    return import_file(save(model, folder / "net.onnx"), inputs)


@settings(max_examples=30, deadline=None)
@given(
    scaling=st.lists(st.sampled_from(SCALING), unique=True).map(tuple),
    layout=st.sampled_from(list(LAYOUTS)),
    dtype=st.sampled_from(["float32", "uint8"]),
)
def test_every_form_of_a_network_computes_the_same(tmp_path_factory, scaling, layout, dtype):
    folder = tmp_path_factory.mktemp("forms")
    plain = take(folder, picture_network(scaling=scaling))
    found = take(folder, picture_network(layout, dtype, scaling), layout=layout, dtype=dtype)
    assert found.tensors["x"].shape == ("N", 3, 6, 5)
    assert "transpose" not in {node.op for node in found.nodes}
    expected = run_graph(plain, {"x": PIXELS})["y"]
    # onnxsim multiplies weights by the scale where it can.
    largest = np.abs(expected).max()
    np.testing.assert_allclose(run_graph(found, {"x": PIXELS})["y"], expected, atol=1e-5 * largest)


def test_without_scaling_the_files_are_equal_to_the_byte(tmp_path):
    plain = write(take(tmp_path, picture_network()))
    assert write(take(tmp_path, picture_network(dtype="uint8"))) == plain
    for layout in ("nhwc", "ncwh", "nwhc"):
        given = picture_network(layout, "uint8")
        assert write(take(tmp_path, given, layout=layout)) == plain


@pytest.mark.parametrize("layout", ["ncwh", "nwhc"])
def test_a_network_that_looks_at_turned_pictures(tmp_path, layout):
    """The file's convolution takes width before height, as that of MTCNN."""
    turned = [helper.make_node("Identity", ["x"], ["moved"], "same")]
    if layout == "nwhc":
        perm = [0, 3, 1, 2]
        turned = [helper.make_node("Transpose", ["x"], ["moved"], "lay", perm=perm)]
    model = picture_network(size=(5, 6), moved=turned)
    model.graph.input[0].CopyFrom(picture_network(layout).graph.input[0])
    graph = take(tmp_path, model, layout=layout)
    assert graph.tensors["x"].shape == ("N", 3, 6, 5)
    assert graph.tensors["y"].shape == ("N", 4, 5, 6)
    plain = take(tmp_path, picture_network(size=(5, 6)), shape=(3, 5, 6))
    expected = run_graph(plain, {"x": PIXELS.transpose(0, 1, 3, 2)})["y"]
    np.testing.assert_allclose(run_graph(graph, {"x": PIXELS})["y"], expected, rtol=1e-5, atol=1e-3)


def test_pixels_may_move_before_their_cast(tmp_path):
    flipped = [
        helper.make_node("Identity", ["x"], ["same"]),
        helper.make_node("Transpose", ["same"], ["moved"], perm=[0, 2, 3, 1]),
    ]
    model = picture_network("nhwc", "uint8", moved=flipped)
    model.graph.input[0].CopyFrom(picture_network(dtype="uint8").graph.input[0])
    expected = run_graph(take(tmp_path, picture_network()), {"x": PIXELS})["y"]
    found = run_graph(take(tmp_path, model, dtype="uint8"), {"x": PIXELS})["y"]
    np.testing.assert_array_equal(found, expected)


def test_open_sizes_are_stated_in_the_hubs_layout(tmp_path):
    model = picture_network("nhwc", "uint8", size=("H", "W"))
    graph = take(tmp_path, model, layout="nhwc", dtype="uint8")
    assert graph.tensors["y"].shape == ("N", 4, 6, 5)


def integer(op, *inputs, **attributes):
    return [helper.make_node(op, ["x", *inputs], ["moved"], "early", **attributes)]


REFUSED = {
    "arithmetic": (
        picture_network("nchw", "uint8", moved=integer("Add", "x")),
        "net.onnx: node 'early' (Add) reads the uint8 pixels of input 'x' and computes with them; "
        "only a Cast to float may read them, directly or after operators that move values: cast "
        "the input first, or export with a float32 input",
    ),
    "other integers": (
        picture_network("nchw", "uint8", moved=integer("Cast", to=TensorProto.INT32)),
        "net.onnx: node 'early' (Cast) reads the uint8 pixels of input 'x' and computes",
    ),
    "a scale": (
        picture_network("nchw", "uint8", moved=integer("DequantizeLinear", "centre.0")),
        "net.onnx: node 'early' (DequantizeLinear) reads the uint8 pixels of input 'x' and "
        "treats them as quantized; ",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_computes_with_integers_is_refused(tmp_path, case):
    model, message = REFUSED[case]
    with pytest.raises(HubError) as caught:
        take(tmp_path, model, dtype="uint8")
    assert str(caught.value).removeprefix(f"{tmp_path}/").startswith(message)


def test_pixels_that_are_an_output_are_refused(tmp_path):
    model = picture_network(dtype="uint8", moved=integer("Identity"))
    model.graph.output.append(
        helper.make_tensor_value_info("moved", TensorProto.UINT8, ["N", 3, 6, 5])
    )
    with pytest.raises(HubError, match=r"output 'moved' holds the uint8 pixels of input 'x'"):
        take(tmp_path, model)


@pytest.mark.parametrize(
    ("layout", "dtype", "form", "message"),
    [
        ("nchw", "uint8", {"dtype": "float32"}, r"'x' is uint8 in the file and float32 in the con"),
        ("nchw", "float32", {"dtype": "uint8"}, r'the contract; state type = "float32" in the con'),
        ("nchw", "float32", {"layout": "nhwc"}, r"\[3, 6, 5\] in the file and \[6, 5, 3\] \(\[hei"),
    ],
)
def test_another_form_than_the_files_is_refused(tmp_path, layout, dtype, form, message):
    with pytest.raises(HubError, match=message):
        take(tmp_path, picture_network(layout, dtype), **form)


def test_other_types_are_refused(tmp_path):
    model = picture_network()
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.INT64
    with pytest.raises(HubError, match=r"'x' is INT64; inputs of a hub must be FLOAT"):
        take(tmp_path, model)


def test_the_file_itself_is_valid():
    for layout, dtype in (("nchw", "float32"), ("nhwc", "uint8")):
        onnx.checker.check_model(picture_network(layout, dtype, SCALING), full_check=True)


def sized(kind="float[N,2]", more=""):
    text = f"""<ir_version: 8, opset_import: ["" : 17]>
    net (float[N,3,6,5] x, {kind} size{more}) => (float[N,3,6,5] y)
    <int64[1] axis = {{1}}, int64[2] axes = {{2, 3}}> {{
        s = Cast <to = 1> (size)
        m = ReduceMean <keepdims = 1, axes = [-1]> (s)
        y = Mul (x, m)
    }}"""
    return onnx.parser.parse_model(text)


def take_sized(folder, model, **constants):
    inputs = {name: FileInput(value=value) for name, value in constants.items()}
    return import_file(save(model, folder / "net.onnx"), {"x": FileInput((3, 6, 5)), **inputs})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("float[2]", (1.0, 3.0)),
        ("int64[2]", (2, 2)),
        ("float16[1]", (2,)),
        ("bool[2]", (True, False)),
    ],
)
def test_constants_are_folded(tmp_path, kind, value):
    graph = take_sized(tmp_path, sized(kind), size=value)
    assert graph.inputs == ("x",)
    assert [node.op for node in graph.nodes] == ["mul"]
    expected = PIXELS * np.float32(np.mean(value))
    np.testing.assert_array_equal(run_graph(graph, {"x": PIXELS})["y"], expected)


REFUSED_CONSTANTS = {
    "another shape": ({"size": 1.0}, "its input 'size' is float32 [?, 2], with the batch; the con"),
    "no input": (
        {"size": ((1.0, 2.0),), "sise": 2.0},
        "the constant 'sise', the file's inputs are",
    ),
    "not stated": ({}, "its input 'size' (float32 [?, 2]) is not stated; a contract feeds one inp"),
}


@pytest.mark.parametrize("case", REFUSED_CONSTANTS)
def test_constants_that_do_not_fit_are_refused(tmp_path, case):
    constants, message = REFUSED_CONSTANTS[case]
    with pytest.raises(HubError) as caught:
        take_sized(tmp_path, sized(), **constants)
    assert message in str(caught.value)


def test_a_type_that_cannot_hold_the_constant_is_refused(tmp_path):
    with pytest.raises(HubError, match=r"'size' is int64 \[2\], .* constant .* float64 \[2\], whi"):
        take_sized(tmp_path, sized("int64[2]"), size=(1.5, 2.0))
