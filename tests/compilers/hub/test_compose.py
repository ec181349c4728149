"""Operators that are read as others compute what ONNX Runtime computes of them."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from onnx import ModelProto, TensorProto, helper, numpy_helper
from onnx.shape_inference import infer_shapes
from onnx_runtime import run_onnx

from compilers.hub import read, simplify, write
from compilers.reference import run_graph
from zoo.errors import UnsupportedOpError

IMAGE = (2, 6, 5, 4)
ROWS = (2, 6, 5)
FLAT = (2, 6)
OPSET = 18


def _model(op_type, shapes, constants=(), opset=OPSET, **attributes):
    """Return a file of one node. shapes: of its inputs x0, x1, ..; constants follow, or None."""
    inputs = [f"x{index}" for index in range(len(shapes))]
    arrays = {f"c{index}": c for index, c in enumerate(constants) if c is not None}
    names = [f"c{index}" if c is not None else "" for index, c in enumerate(constants)]
    graph = helper.make_graph(
        [helper.make_node(op_type, [*inputs, *names], ["y"], "n", **attributes)],
        "net",
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
            for name, shape in zip(inputs, shapes, strict=True)
        ],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, shapes[0] if opset == 21 else None)],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in arrays.items()],
    )
    opsets = [helper.make_opsetid("", opset)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    return infer_shapes(model, data_prop=True).SerializeToString()


def _reals(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def _ints(*values):
    return np.array(values, np.int64)


WEIGHT = _reals(4, 3, 3)
CASES = {
    "sum of three": ("Sum", [IMAGE, IMAGE, (2, 1, 5, 4)], [], {}),
    "mean of three": ("Mean", [FLAT, FLAT, FLAT], [], {}),
    "neg": ("Neg", [ROWS], [], {}),
    "square": ("Pow", [IMAGE], [np.float32(2)], {}),
    "square by an integer": ("Pow", [IMAGE], [np.int64(2)], {}),
    "cube": ("Pow", [IMAGE], [np.float32(3)], {}),
    "quotient": ("Div", [FLAT, FLAT], [], {}),
    "bounded from below": ("Max", [FLAT], [np.float32(0.25)], {}),
    "bounded from above": ("Min", [FLAT], [np.float32([[0.25]])], {}),
    "celu": ("Celu", [FLAT], [], {"alpha": 2.0}),
    "log softmax": ("LogSoftmax", [ROWS], [], {"axis": 1}),
    "gather one": ("Gather", [ROWS], [np.int64(-2)], {"axis": 1}),
    "gather a run": ("Gather", [ROWS], [_ints(1, 3, 5)], {"axis": 1}),
    "gather in any order": ("Gather", [IMAGE], [_ints(4, 0, 0, 2, 3)], {"axis": 2}),
    "gather a table": ("Gather", [ROWS], [_ints(0, 4, 2, 1).reshape(2, 2)], {"axis": 2}),
    "expand": ("Expand", [(2, 6, 1, 1)], [_ints(1, 6, 5, 4)], {}),
    "tile": ("Tile", [ROWS], [_ints(1, 2, 3)], {}),
    "reflect": ("Pad", [IMAGE], [_ints(0, 0, 2, 1, 0, 0, 1, 3)], {"mode": "reflect"}),
    "edge": ("Pad", [IMAGE], [_ints(0, 0, 2, 0, 0, 0, 1, 3)], {"mode": "edge"}),
    "signal": ("Conv", [ROWS], [_reals(4, 6, 3), _reals(4)], {"pads": [1, 0], "strides": [2]}),
    "signal by groups": ("Conv", [ROWS], [WEIGHT], {"group": 2, "dilations": [2]}),
    "signal as its own": ("Conv", [ROWS], [_reals(4, 6, 3)], {"auto_pad": "SAME_LOWER"}),
    "largest of a signal": ("MaxPool", [ROWS], [], {"kernel_shape": [2], "strides": [2]}),
    "mean of a signal": ("AveragePool", [ROWS], [], {"kernel_shape": [3], "pads": [1, 1]}),
    "mean of all": ("GlobalAveragePool", [ROWS], [], {}),
    "largest of all": ("GlobalMaxPool", [ROWS], [], {}),
    "longer signal": ("Resize", [ROWS], [None, np.float32([1, 1, 2])], {"mode": "linear"}),
    "signal of a size": ("Resize", [ROWS], [None, None, _ints(2, 6, 7)], {"mode": "linear"}),
    "joined with a token": ("Concat", [(1, 6, 5)], [_reals(1, 2, 5)], {"axis": 1}),
    "joined with two": ("Concat", [(1, 4, 5)], [_reals(1, 4, 1), _reals(1, 4, 2)], {"axis": -1}),
    "vector by a matrix": ("MatMul", [FLAT], [_reals(6, 3)], {}),
    "rows by a matrix": ("MatMul", [ROWS], [_reals(5, 3)], {}),
    "matrix by a matrix": ("MatMul", [ROWS, (2, 5, 3)], [], {}),
    "repeated by a matrix": ("MatMul", [(2, 3, 6, 5), (2, 1, 5, 4)], [], {}),
    "heads by matrices of their own": ("MatMul", [(2, 3, 6, 5)], [_reals(1, 3, 5, 4)], {}),
    "images by a matrix": ("MatMul", [IMAGE], [_reals(4, 7)], {}),
    "instances": ("InstanceNormalization", [IMAGE], [_reals(6), _reals(6)], {"epsilon": 1e-3}),
    "instances of rows": ("InstanceNormalization", [ROWS], [_reals(6), _reals(6)], {}),
    "layer": ("LayerNormalization", [ROWS], [_reals(5), _reals(5)], {}),
    "layer from axis 1": ("LayerNormalization", [ROWS], [_reals(6, 5)], {"axis": 1}),
    "responses": ("LRN", [IMAGE], [], {"size": 3, "alpha": 0.5, "beta": 0.75, "bias": 2.0}),
    "unit vectors": ("LpNormalization", [FLAT], [], {"axis": 1, "p": 2}),
    "unit sums": ("LpNormalization", [FLAT], [], {"axis": 1, "p": 1}),
}
NEWER = {"groups": ("GroupNormalization", [IMAGE], [_reals(6), _reals(6)], {"num_groups": 3})}


@pytest.mark.parametrize(
    ("case", "opset"), [*((case, OPSET) for case in CASES), *((case, 21) for case in NEWER)]
)
def test_reals_are_those_of_onnx_runtime(case, opset):
    op_type, shapes, constants, attributes = {**CASES, **NEWER}[case]
    _compare(_model(op_type, shapes, constants, opset, **attributes), shapes)


@pytest.mark.parametrize(
    ("op_type", "constants"),
    [("Sum", []), ("Pow", [np.float32([1])]), ("Expand", [_ints(6)]), ("Max", [])],
)
def test_what_changes_nothing_is_no_node(op_type, constants):
    model = ModelProto.FromString(_model(op_type, [FLAT], constants))
    model.graph.node[0].output[0] = "same"
    model.graph.node.append(helper.make_node("Relu", ["same"], ["y"]))
    graph = read(model.SerializeToString(), "net.onnx")
    assert [(node.op, node.inputs) for node in graph.nodes] == [("clip", ("x0",))]


def test_casts_among_reals_are_folded():
    """As in the bodies of ONNX's own functions, whose numbers are cast like their input."""
    nodes = [
        helper.make_node("CastLike", ["c0", "x0"], ["two"]),
        helper.make_node("Sqrt", ["two"], ["root"]),
        helper.make_node("Mul", ["x0", "root"], ["product"]),
        helper.make_node("Cast", ["product"], ["y"], to=TensorProto.FLOAT),
    ]
    model = ModelProto.FromString(_model("Sum", [FLAT], [np.float64(2)]))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    graph = read(simplify(model.SerializeToString(), "net.onnx"), "net.onnx")
    assert [node.op for node in graph.nodes] == ["mul"]
    (found,) = run_graph(graph, {"x0": np.ones(FLAT, np.float32)}).values()
    np.testing.assert_allclose(found, np.full(FLAT, np.sqrt(2)), 1e-6)


def test_a_number_is_added_to_what_has_no_channels():
    nodes = [helper.make_node("Add", ["x0", "c0"], ["y"])]
    model = ModelProto.FromString(_model("Sum", [(3,)], [np.float32(2)]))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    (found,) = run_graph(read(model.SerializeToString(), "n"), {"x0": np.zeros(3, "f")}).values()
    assert found.tolist() == [2, 2, 2]


def test_responses_over_an_even_number_of_channels_reach_further_behind():
    content = _model("LRN", [(1, 4, 1, 1)], [], size=2, alpha=2.0, beta=1.0, bias=1.0)
    x = np.float32([1, 2, 3, 4])
    (found,) = run_graph(read(content, "net.onnx"), {"x0": x.reshape(1, 4, 1, 1)}).values()
    np.testing.assert_allclose(found.reshape(-1), x / (1 + np.float32([5, 13, 25, 16])), 1e-6)


@given(
    stride=st.integers(1, 3),
    kernel=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    group=st.sampled_from([1, 2]),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_transposed_convolutions_are_those_of_onnx_runtime(stride, kernel, group, data):
    dilations = data.draw(st.tuples(st.integers(1, 2), st.integers(1, 2)))
    most = [(taps - 1) * dilation for taps, dilation in zip(kernel, dilations, strict=True)]
    pads = [data.draw(st.integers(0, min(2, each))) for each in most * 2]
    attributes = {"strides": [stride, stride], "pads": pads, "dilations": dilations}
    extra = data.draw(st.tuples(st.integers(0, stride - 1), st.integers(0, stride - 1)))
    constants = [_reals(6, 2, *kernel), _reals(2 * group)][: data.draw(st.integers(1, 2))]
    shape = (2, 6, 4, 3)
    content = _model(
        "ConvTranspose", [shape], constants, output_padding=extra, group=group, **attributes
    )
    assume(all(size > 0 for size in _shape_of(content)))
    _compare(content, [shape])


@pytest.mark.parametrize("strides", [[3, 1], [1, 2], [3, 2]])
def test_transposed_convolutions_may_have_two_strides(strides):
    _compare(_model("ConvTranspose", [IMAGE], [_reals(6, 3, 4, 3)], strides=strides), [IMAGE])


@pytest.mark.parametrize(
    "attributes",
    [
        {"strides": [3]},
        {"strides": [2], "pads": [1, 0], "output_padding": [1]},
        {"strides": [2], "output_shape": [10]},
        {"strides": [2], "auto_pad": "SAME_UPPER"},
        {"strides": [2], "auto_pad": "SAME_LOWER"},
        {"strides": [2], "auto_pad": "VALID"},
    ],
)
@pytest.mark.parametrize("kernel", [3, 4])
def test_transposed_convolutions_of_signals_are_those_of_onnx_runtime(attributes, kernel):
    weights = [_reals(6, 3, kernel), _reals(3)]
    _compare(_model("ConvTranspose", [ROWS], weights, **attributes), [ROWS])


def _shape_of(content):
    (value,) = ModelProto.FromString(content).graph.output
    return [dim.dim_value for dim in value.type.tensor_type.shape.dim]


REDUCTIONS = ("L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Sum", "SumSquare")


@given(
    kind=st.sampled_from(REDUCTIONS),
    shape=st.sampled_from([FLAT, ROWS, IMAGE, (2, 2, 3, 2, 4)]),
    keep=st.integers(0, 1),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_reductions_over_any_axes_are_those_of_onnx_runtime(kind, shape, keep, data):
    rank = len(shape)
    axes = st.lists(st.integers(1, rank - 1), min_size=1, unique=True)
    chosen = [axis - rank * data.draw(st.integers(0, 1)) for axis in data.draw(axes)]
    positive = 3.0 if kind == "LogSum" else 0.0
    opset = 18 if data.draw(st.booleans()) else 13
    if opset == 13 and kind != "Sum":
        content = _model(f"Reduce{kind}", [shape], [], 13, axes=chosen, keepdims=keep)
    else:
        content = _model(f"Reduce{kind}", [shape], [_ints(*chosen)], opset, keepdims=keep)
    _compare(content, [shape], positive)


def _compare(content, shapes, lowest=None):
    feeds = {f"x{index}": _reals(*shape, seed=index) for index, shape in enumerate(shapes)}
    if lowest:
        feeds = {name: np.abs(values) + np.float32(lowest) for name, values in feeds.items()}
    graph = read(content, "net.onnx")
    (expected,), (found,) = run_onnx(content, feeds).values(), run_graph(graph, feeds).values()
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, 2e-4, 1e-5)
    assert read(write(graph), "net.onnx") == graph


REFUSALS = {
    "two values": (
        ("Max", [FLAT, FLAT], [], {}),
        r"Max of 'x0' \(2, 6\), 'x1' \(2, 6\); only a value and a number that bounds it are "
        r"supported: write a \+ relu\(b - a\) for the maximum of two values$",
    ),
    "the batch": (
        ("ReduceSum", [FLAT], [], {}),
        r"it works along axis 0 of 'x0' \(2, 6\); only axes 1 to 1 are supported, axis 0 is the "
        r"batch: move that axis after the batch$",
    ),
    "samples": (("Gather", [FLAT], [np.int64(0)], {"axis": 0}), "it works along axis 0 of 'x0'"),
    "repeated samples": (
        ("Expand", [(1, 6)], [_ints(3, 6)], {}),
        r"it repeats 'x0' \(1, 6\) to \(3, 6\); only axes other than the batch can be repeated, "
        r"and no axis can be added before it$",
    ),
    "copied samples": (
        ("Tile", [FLAT], [_ints(2, 1)], {}),
        r"it repeats 'x0' \(2, 1\) times along its axes; the batch, axis 0, cannot be repeated: ",
    ),
    "a wide mirror": (
        ("Pad", [FLAT], [_ints(0, 6, 0, 0)], {"mode": "reflect"}),
        "it pads axis 1 of 6 values by 6 and 0 in mode 'reflect'; widths from 0 to 5 are supported",
    ),
    "a choice without rise": (
        ("Gather", [(2, 600)], [np.arange(599, -1, -1)], {"axis": 1}),
        "it picks 600 values in 600 runs; 1 to 256 runs of rising indices are supported: reorder "
        "channels with a 1x1 convolution$",
    ),
    "a product across samples": (
        ("MatMul", [FLAT, (6, 3)], [], {}),
        r"MatMul of 'x0' \(2, 6\) by 'x1' \(6, 3\); computed ones must be \[N, .., rows, "
        r"columns\] with equally many axes, constants have two or more: keep the batch first, ",
    ),
    "two strides": (
        ("ConvTranspose", [IMAGE], [_reals(6, 3, 3, 3)], {"strides": [2, 3], "group": 2}),
        "it has the strides 2 and 3, and groups of channels; groups are supported with equal ",
    ),
    "more pads than kernel": (
        ("ConvTranspose", [IMAGE], [_reals(6, 3, 1, 1)], {"pads": [1, 1, 1, 1]}),
        "its output would be 3 x 2 pixels, 1 and 1 of them cut off before; pads must be smaller "
        "than the kernel: crop with Slice$",
    ),
    "a computed scale": (
        ("InstanceNormalization", [IMAGE, (6,)], [_reals(6)], {}),
        r"it reads 'x1' \(6,\) as a number for each channel; only constants \[C\] are supported: ",
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_other_uses_are_refused(case):
    (op_type, shapes, constants, attributes), message = REFUSALS[case]
    with pytest.raises(UnsupportedOpError, match=rf"^net.onnx: node 'n' \({op_type}\): {message}"):
        read(_model(op_type, shapes, constants, **attributes), "net.onnx")


def test_parts_are_named_after_the_operator():
    op_type, shapes, constants, attributes = CASES["unit vectors"]
    graph = read(_model(op_type, shapes, constants, **attributes), "net.onnx")
    assert [node.name for node in graph.nodes[:2]] == ["n/mul", "n/reshape"]
    assert graph.nodes[-1].output == "y"
