"""Functions that hub files define: the one that rounds half up, and those of op plugins."""

import numpy as np
import onnx
import pytest
from build_graph import build_graph
from bump_op import registered_bump
from hypothesis import given, settings
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS, OneNode, activation
from onnx_runtime import run_onnx

from compilers.hub import read, simplify, write
from compilers.op_parts.arithmetic import quantize
from zoo.errors import PluginError, UnsupportedOpError
from zoo.graph import Graph, Node, Quantization

SCALES = st.integers(-6, 1).map(lambda exponent: 2.0**exponent)


def _graph(signed: bool, scale: float, zero_point: int, rounding: str = "half_up") -> Graph:
    grid = Quantization((scale,), (zero_point,), signed=signed, rounding=rounding)
    nodes = (Node("in", "quantize", ("x",), "q"), Node("out", "dequantize", ("q",), "y"))
    return build_graph({"x": ("N", 4001)}, nodes, ("y",), {}, {"q": grid})


@given(signed=st.booleans(), scale=SCALES, zero_point=st.integers(0, 127), simple=st.booleans())
@settings(max_examples=20, deadline=None)
def test_onnx_runtime_rounds_half_up_and_saturates(signed, scale, zero_point, simple):
    graph = _graph(signed, scale, zero_point)
    content = simplify(write(graph), "net.onnx") if simple else write(graph)
    eighths = (np.arange(-2000, 2001) / 8).astype(np.float32)[None]  # with all ties
    found = run_onnx(content, {"x": eighths}, ("q",))["q"]
    np.testing.assert_array_equal(found, quantize(eighths, graph.tensors["q"].quantization))


def test_ties_go_up():
    ties = np.zeros((1, 4001), np.float32)
    ties[0, :4] = [0.5, -0.5, 1.5, -1.5]
    found = run_onnx(write(_graph(True, 1.0, 0)), {"x": ties}, ("q",))["q"]
    assert found[0, :4].tolist() == [1, 0, 2, -1]


def test_another_function_of_the_name_is_refused():
    model = onnx.load_from_string(write(_graph(True, 1.0, 0)))
    (floor,) = (node for node in model.functions[0].node if node.op_type == "Floor")
    floor.op_type = "Ceil"
    with pytest.raises(UnsupportedOpError) as caught:
        read(model.SerializeToString(), "net.onnx")
    assert str(caught.value) == (
        "net.onnx: the model defines the function 'zoo.QuantizeHalfUp', which is not supported; "
        "inline it with onnx.inliner.inline_local_functions"
    )


def test_two_stages_are_a_quantize_linear_of_another_name():
    graph = _graph(False, 0.5, 3, "two_stage")
    assert read(write(graph), "net.onnx") == graph
    ties = np.arange(-2000, 2001, dtype=np.float32)[None] / 4
    found = run_onnx(write(graph), {"x": ties}, ("q",))["q"]
    np.testing.assert_array_equal(found, quantize(ties, graph.tensors["q"].quantization))
    model = onnx.load_from_string(write(graph))
    model.functions[0].node[0].attribute.append(onnx.helper.make_attribute("axis", 0))
    with pytest.raises(UnsupportedOpError, match=r"the function 'zoo\.QuantizeTwoStage', which is"):
        read(model.SerializeToString(), "net.onnx")


def test_files_that_round_half_even_have_no_function():
    grid = Quantization((0.5,), (0,))
    nodes = (Node("in", "quantize", ("x",), "q"), Node("out", "dequantize", ("q",), "y"))
    graph = build_graph({"x": ("N", 3)}, nodes, ("y",), {}, {"q": grid})
    assert not onnx.load_from_string(write(graph)).functions


@pytest.fixture(scope="module")
def bump():
    with registered_bump() as op:
        yield op


@pytest.mark.usefixtures("bump")
@given(channels=st.integers(1, 9), seed=SEEDS)
@settings(max_examples=20)
def test_an_op_that_onnx_lacks_is_in_the_file(channels, seed):
    case = OneNode("bump", (activation(("N", channels, 3)),))
    assert case.comes_back
    assert case.difference(seed) < 1e-6


@pytest.mark.usefixtures("bump")
@given(read_by=QUANTIZATIONS, stored=QUANTIZATIONS, seed=SEEDS)
@settings(max_examples=20)
def test_so_it_is_with_integers(read_by, stored, seed):
    # ONNX Runtime computes in float32, the table is made in float64: near ties may fall apart.
    case = OneNode("bump", (activation(("N", 64), read_by),), stored=stored)
    assert case.comes_back
    assert case.difference(seed) <= 1


@pytest.mark.usefixtures("bump")
def test_simplification_keeps_it():
    graph = OneNode("bump", (activation(("N", 4)),)).graph
    assert read(simplify(write(graph), "net.onnx"), "net.onnx").nodes[0].op == "bump"


def test_a_file_of_another_version_of_the_plugin_is_refused(bump, monkeypatch):
    content = write(OneNode("bump", (activation(("N", 4)),)).graph)
    monkeypatch.setattr(bump, "onnx_function", bump.onnx_function.replace("1.0", "2.0"))
    with pytest.raises(UnsupportedOpError) as caught:
        read(content, "net.onnx")
    assert str(caught.value) == (
        "net.onnx: its function 'zoo.Bump' is not the one that op 'bump' defines; install the "
        "plugin version that wrote the file"
    )


@pytest.mark.usefixtures("bump")
def test_a_file_whose_plugin_is_missing_is_refused(monkeypatch):
    content = write(OneNode("bump", (activation(("N", 4)),)).graph)
    monkeypatch.setattr("compilers.hub.functions.find_onnx_type", lambda _: None)
    with pytest.raises(UnsupportedOpError, match=r"the model defines the function 'zoo\.Bump'"):
        read(content, "net.onnx")


def test_a_function_that_is_no_onnx_names_the_op(bump, monkeypatch):
    monkeypatch.setattr(bump, "onnx_function", "Bump (x) => y")
    with pytest.raises(PluginError, match="op 'bump': its onnx_function is not a function in ONNX"):
        write(OneNode("bump", (activation(("N", 4)),)).graph)


def _attribute(node):
    node.attribute.append(onnx.helper.make_attribute("mode", "cubic"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_attribute, r"the attribute 'mode', which Bump lacks; its attributes are: none"),
        (lambda node: node.output.append("more"), r"it has 2 outputs; Bump has 1: y$"),
        (lambda node: node.input.append("x"), r"it has 2 inputs; Bump has 1: x$"),
    ],
)
@pytest.mark.usefixtures("bump")
def test_other_arguments_than_the_function_has_are_refused(change, told):
    model = onnx.load_from_string(write(OneNode("bump", (activation(("N", 4)),)).graph))
    change(model.graph.node[0])
    with pytest.raises(UnsupportedOpError, match=told):
        read(model.SerializeToString(), "net.onnx")
