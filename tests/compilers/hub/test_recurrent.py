"""Recurrent layers, unrolled, compute what ONNX Runtime's do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnx_runtime import run_onnx

from compilers.hub import import_file
from compilers.reference import run_graph
from zoo.errors import UnsupportedOpError

GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
ACTIVATIONS = {"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}


def _model(kind, steps, channels, hidden, bias=True, extra=(), outputs=1, **attributes):
    """Return a layer between two transpositions, over [1, steps, channels]."""
    random = np.random.default_rng(0)
    ways = 2 if attributes.get("direction") == "bidirectional" else 1
    rows = GATES[kind] * hidden
    shapes = {"w": (ways, rows, channels), "r": (ways, rows, hidden), "b": (ways, 2 * rows)}
    constants = {
        name: random.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()
    }
    constants |= dict(extra)
    reads = ["t", "w", "r", "b" if bias else "", *dict(extra)]
    gives = ["a", "h", "c"][:outputs]
    nodes = [
        helper.make_node("Transpose", ["x"], ["t"], perm=[1, 0, 2]),
        helper.make_node(kind, reads, gives, "layer", hidden_size=hidden, **attributes),
        helper.make_node("Transpose", ["a"], ["y"], perm=[2, 0, 1, 3]),
        *(helper.make_node("Transpose", [n], [f"{n}_last"], perm=[1, 0, 2]) for n in gives[1:]),
    ]
    names = ["y", *(f"{n}_last" for n in gives[1:])]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, steps, channels])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names],
        [numpy_helper.from_array(data, name) for name, data in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@st.composite
def layers(draw):
    """Return a layer's arguments."""
    kind = draw(st.sampled_from(sorted(GATES)))
    attributes = {"direction": draw(st.sampled_from(["forward", "reverse", "bidirectional"]))}
    if draw(st.booleans()):
        ways = 2 if attributes["direction"] == "bidirectional" else 1
        attributes["activations"] = ACTIVATIONS[kind] * ways
    if kind == "GRU":
        attributes["linear_before_reset"] = draw(st.integers(0, 1))
    sizes = (draw(st.integers(1, 4)) for _ in range(3))
    outputs = draw(st.integers(1, 3 if kind == "LSTM" else 2))
    return kind, *sizes, draw(st.booleans()), (), outputs, attributes


@given(layer=layers())
def test_states_are_those_of_onnx_runtime(tmp_path_factory, layer):
    *arguments, attributes = layer
    file = tmp_path_factory.mktemp("layer") / "net.onnx"
    file.write_bytes(_model(*arguments, **attributes).SerializeToString())
    graph = import_file(file, {})
    x = np.random.default_rng(1).standard_normal((2, *arguments[1:3])).astype(np.float32)
    found = run_graph(graph, {"x": x})
    for index in range(2):
        wanted = run_onnx(file.read_bytes(), {"x": x[index : index + 1]}, graph.outputs)
        for name, values in wanted.items():
            np.testing.assert_allclose(found[name][index], values[0], atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"steps": 65},
            r"it runs over 65 steps, which are unrolled; at most 64 are supported: sho",
        ),
        (
            {"activations": ["Sigmoid", "Relu", "Tanh"]},
            "its activations are sigmoid, relu, tanh; only sigmoid, tanh, tanh without limits are",
        ),
        ({"clip": 1.0}, "it has 'clip'; only sigmoid, tanh, tanh without limits are supported"),
        (
            {"extra": {"lengths": np.array([3], np.int32)}},
            "it has lengths of sequences; only full sequences from an initial state of 0 are",
        ),
    ],
)
def test_other_uses_are_refused(tmp_path, arguments, message):
    model = _model("LSTM", **{"steps": 3, "channels": 2, "hidden": 2, **arguments})
    file = tmp_path / "net.onnx"
    file.write_bytes(model.SerializeToString())
    with pytest.raises(UnsupportedOpError, match=rf"node 'layer' \(LSTM\): {message}"):
        import_file(file, {})
