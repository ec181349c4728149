"""Where with a fixed condition is read as a sum, before a softmax as the mask that is added."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper
from onnx.shape_inference import infer_shapes
from onnx_runtime import run_onnx

from compilers.hub import read, write
from compilers.reference import run_graph
from zoo.errors import UnsupportedOpError

SHAPE = (2, 3, 4)
ROW = (1, 1, 4)


def _where(inputs: dict[str, np.ndarray | None]) -> bytes:
    """Return a file of one Where; an input without values is computed."""
    computed = [name for name, values in inputs.items() if values is None]
    constants = {name: values for name, values in inputs.items() if values is not None}
    graph = helper.make_graph(
        [helper.make_node("Where", list(inputs), ["y"], "choice")],
        "net",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, SHAPE) for name in computed],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, SHAPE)],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    return infer_shapes(model).SerializeToString()


def _ops(content: bytes) -> list[str]:
    return [node.op for node in read(content, "net.onnx").nodes]


@given(
    chosen=st.permutations([True, False]).flatmap(
        lambda pair: st.tuples(*map(st.just, pair), st.booleans(), st.booleans())
    ),
    other=st.sampled_from([None, -np.inf, -1e9, 0.0, 2.5]),
    is_first=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_what_is_chosen_is_that_of_onnx_runtime(chosen, other, is_first):
    side = None if other is None else np.full(ROW, other, np.float32)
    sides = (side, None) if is_first else (None, side)
    content = _where(dict(zip(("c", "a", "b"), (np.array([[chosen]]), *sides), strict=True)))
    random = np.random.default_rng(1)
    names = [n for n, values in zip("ab", sides, strict=True) if values is None]
    feeds = {name: random.standard_normal(SHAPE).astype(np.float32) for name in names}
    graph = read(content, "net.onnx")
    given_inputs = {name: feeds[name] for name in graph.inputs}
    np.testing.assert_allclose(
        run_graph(graph, given_inputs)["y"], run_onnx(content, feeds)["y"], rtol=1e-6
    )
    assert read(write(graph), "net.onnx") == graph


def test_a_mask_is_added():
    condition = np.array([[[True, False, True, True]]])
    low = {"c": condition, "a": None, "b": np.full(ROW, -1e9, np.float32)}
    zero = {"c": condition, "a": None, "b": np.zeros(ROW, np.float32)}
    some = {"c": condition, "a": None, "b": np.ones(ROW, np.float32)}
    assert [_ops(_where(case)) for case in (low, zero, some)] == [["add"], ["mul"], ["mul", "add"]]


def test_a_computed_condition_is_refused():
    content = helper.make_model(
        helper.make_graph(
            [
                helper.make_node("Cast", ["x"], ["c"], to=TensorProto.BOOL),
                helper.make_node("Where", ["c", "x", "low"], ["y"], "choice"),
            ],
            "net",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, SHAPE)],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, SHAPE)],
            [numpy_helper.from_array(np.zeros(ROW, np.float32), "low")],
        ),
        opset_imports=[helper.make_opsetid("", 18)],
        ir_version=8,
    )
    with pytest.raises(UnsupportedOpError):
        read(content.SerializeToString(), "net.onnx")
