"""Values without their batch in front are computed with it there."""

from math import prod

import numpy as np
import onnx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnx_runtime import run_onnx

from compilers.hub import import_file
from compilers.reference import run_graph
from zoo.errors import UnsupportedOpError

RANDOM = np.random.default_rng(0)


def _reals(*shape):
    return RANDOM.standard_normal(shape).astype(np.float32)


def _model(shape, nodes, constants=(), outputs=("y",)):
    """Return a file for one sample. nodes: (operator, inputs, outputs, attributes)."""
    made = [
        helper.make_node(kind, reads.split(), gives.split(), **attributes)
        for kind, reads, gives, attributes in nodes
    ]
    graph = helper.make_graph(
        made,
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, *shape])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(np.asarray(data), name) for name, data in dict(constants).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _assert_same(tmp_path, model, shape):
    """Compare the import with the file on one sample, and three samples with each alone."""
    file = tmp_path / "net.onnx"
    file.write_bytes(model.SerializeToString())
    graph = import_file(file, {})
    x = _reals(3, *shape)
    batch = run_graph(graph, {"x": x})
    for index in range(len(x)):
        one = x[index : index + 1]
        wanted = run_onnx(file.read_bytes(), {"x": one}, tuple(graph.outputs))
        for name, values in wanted.items():
            np.testing.assert_allclose(batch[name][index].ravel(), values.ravel(), atol=1e-5)


ROWS = {"w": _reals(6, 5), "b": _reals(5), "back": np.array([1, -1])}
NETWORKS = {
    "time first": (
        (4, 6),
        [
            ("Transpose", "x", "t", {"perm": [1, 0, 2]}),
            ("MatMul", "t w", "m", {}),
            ("Add", "m b", "a", {}),
            ("Transpose", "a", "y", {"perm": [1, 0, 2]}),
        ],
        ROWS,
    ),
    "rows": (
        (4, 6),
        [
            ("Reshape", "x rows", "r", {}),
            ("Gemm", "r w b", "g", {}),
            ("Relu", "g", "u", {}),
            ("Reshape", "u back", "y", {}),
        ],
        {**ROWS, "rows": np.array([-1, 6])},
    ),
    "attention's three parts": (
        (5, 12),
        [
            ("Reshape", "x parts", "p", {}),
            ("Transpose", "p", "t", {"perm": [2, 0, 3, 1, 4]}),
            ("Split", "t", "q k v", {"axis": 0}),
            ("Squeeze", "q zero", "qs", {}),
            ("Squeeze", "k zero", "ks", {}),
            ("Squeeze", "v zero", "vs", {}),
            ("Mul", "qs ks", "m", {}),
            ("Add", "m vs", "y", {}),
        ],
        {"parts": np.array([1, 5, 3, 2, 2]), "zero": np.array([0])},
    ),
    "windows by themselves": (
        (4, 6),
        [
            ("Reshape", "x windows", "p", {}),
            ("Transpose", "p", "t", {"perm": [0, 2, 1]}),
            ("MatMul", "p t", "m", {}),
            ("Where", "chosen m low", "z", {}),
            ("Softmax", "z", "s", {"axis": -1}),
            ("MatMul", "s p", "v", {}),
            ("Reshape", "v back", "y", {}),
        ],
        {
            "windows": np.array([2, 2, 6]),
            "back": np.array([1, 4, 6]),
            "chosen": np.array([[True, False], [True, True]]),
            "low": np.float32(-1e9),
        },
    ),
    "time first beside rows without a batch": (
        (4, 6),
        [
            ("Transpose", "x", "t", {"perm": [1, 0, 2]}),
            ("Reshape", "t rows", "r", {}),
            ("Gemm", "r square", "g", {}),
            ("Reshape", "g time", "h", {}),
            ("Add", "t h", "a", {}),
            ("Transpose", "a", "y", {"perm": [1, 0, 2]}),
        ],
        {"rows": np.array([4, 6]), "square": _reals(6, 6), "time": np.array([4, 1, 6])},
    ),
    "a flat picture": (
        (2, 3, 3),
        [
            ("Reshape", "x flat", "f", {}),
            ("Gather", "f some", "g", {"axis": 0}),
            ("Reshape", "g back", "y", {}),
        ],
        {"flat": np.array([-1]), "some": np.arange(17, 0, -2), "back": np.array([1, -1])},
    ),
    "a channel of the first sample": (
        (2, 3, 3),
        [
            ("Gather", "x zero", "first", {"axis": 0}),
            ("Gather", "first one", "c", {"axis": 0}),
            ("Softmax", "c", "s", {"axis": -1}),
            ("Unsqueeze", "s axes", "y", {}),
        ],
        {"zero": np.array(0), "one": np.array(1), "axes": np.array([0, 1])},
    ),
    "joined behind": (
        (4, 6),
        [
            ("Transpose", "x", "t", {"perm": [2, 1, 0]}),
            ("Slice", "t low high axis", "s", {}),
            ("Mul", "s scale", "m", {}),
            ("Concat", "t m", "c", {"axis": 0}),
            ("Transpose", "c", "y", {"perm": [2, 0, 1]}),
        ],
        {
            "low": np.array([1]),
            "high": np.array([3]),
            "axis": np.array([0]),
            "scale": _reals(2, 4, 1),
        },
    ),
}


@pytest.mark.parametrize("case", NETWORKS)
def test_networks_that_move_their_batch_are_read(tmp_path, case):
    shape, nodes, constants = NETWORKS[case]
    _assert_same(tmp_path, _model(shape, nodes, constants), shape)


@st.composite
def chains(draw):
    """Return a sample's shape, nodes that move axes, and their constants."""
    sample = draw(st.lists(st.integers(2, 3), min_size=2, max_size=3))
    shape, name, nodes, constants = [1, *sample], "x", [], {}
    for step in range(draw(st.integers(1, 6))):
        kind = draw(st.sampled_from(["Transpose", "Reshape", "Squeeze", "Unsqueeze", "Relu"]))
        output, attributes, reads = f"v{step}", {}, name
        if kind == "Transpose":
            perm = draw(st.permutations(range(len(shape))))
            attributes, shape = {"perm": list(perm)}, [shape[axis] for axis in perm]
        elif kind == "Reshape":
            cut = draw(st.integers(0, len(shape)))
            shape = [prod(shape[:cut]), *shape[cut:]]
        elif kind == "Squeeze":
            if 1 not in shape or len(shape) == 1:
                continue
            axis = shape.index(1)
            shape = [*shape[:axis], *shape[axis + 1 :]]
            constants[f"c{step}"], reads = np.array([axis]), f"{name} c{step}"
        elif kind == "Unsqueeze" and len(shape) < 5:
            axis = draw(st.integers(0, len(shape)))
            shape = [*shape[:axis], 1, *shape[axis:]]
            constants[f"c{step}"], reads = np.array([axis]), f"{name} c{step}"
        elif kind == "Unsqueeze":
            continue
        if kind == "Reshape":
            constants[f"c{step}"], reads = np.array(shape), f"{name} c{step}"
        nodes.append((kind, reads, output, attributes))
        name = output
    constants["end"] = np.array([1, -1])
    return sample, [*nodes, ("Reshape", f"{name} end", "y", {})], constants


@given(chain=chains())
@settings(max_examples=60)
def test_any_chain_of_moves_is_read(tmp_path_factory, chain):
    shape, nodes, constants = chain
    _assert_same(tmp_path_factory.mktemp("chain"), _model(shape, nodes, constants), shape)


def test_what_stays_elsewhere_is_refused_as_before(tmp_path):
    file = tmp_path / "net.onnx"
    nodes = [("Transpose", "x", "y", {"perm": [1, 0, 2]})]
    file.write_bytes(_model((4, 6), nodes).SerializeToString())
    with pytest.raises(UnsupportedOpError, match="keep the batch as the first axis"):
        import_file(file, {})


@pytest.mark.parametrize(("threshold", "is_softplus"), [(20.0, True), (5.0, False)])
def test_a_softplus_with_a_threshold_is_one(tmp_path, threshold, is_softplus):
    nodes = [
        ("Softplus", "x", "s", {}),
        ("Greater", "x t", "c", {}),
        ("Where", "c x s", "y", {}),
    ]
    constants = {"t": np.array(threshold, np.float32)}
    model = _model((4, 6), nodes, constants)
    if is_softplus:
        _assert_same(tmp_path, model, (4, 6))
        assert [node.op for node in import_file(tmp_path / "net.onnx", {}).nodes] == ["softplus"]
        return
    (tmp_path / "net.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(UnsupportedOpError, match="no op plugin reads ONNX operator 'Greater'"):
        import_file(tmp_path / "net.onnx", {})


def test_a_file_with_its_batch_in_front_is_unchanged():
    from compilers.hub.batch_first import batch_first

    nodes = [("Relu", "x", "r", {}), ("Transpose", "r", "y", {"perm": [0, 2, 1]})]
    model = _model((4, 6), nodes)
    before = onnx.ModelProto.FromString(model.SerializeToString())
    batch_first(model)
    assert model == before
