"""Integers of a .tflite file are kept, and each op is within a step of LiteRT's own kernels."""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from integer_graphs import IntegerForm, integer_graph
from networks import residual_network
from quantization import quantized
from random_graphs import float_graphs, random_feeds
from tflite_cases import CASES, Case
from tflite_files import INTEGER_BORDER, TARGET, to_tflite
from tflite_integers import MOVING, in_integers, in_uint8

from compilers.hub import write
from compilers.reference import run_graph
from compilers.schemes import DPU_POW2, W8A8_ASYM, W8A8_SYM
from compilers.tflite.importer import IMPORTER
from zoo.contract import Contract, TensorSpec
from zoo.errors import UnsupportedOpError
from zoo.graph import Graph
from zoo.proof.certificate import Check
from zoo.proof.source_check import check_source

COMPUTING = (
    *(
        "BATCH_MATMUL",
        "ABS",
        "ADD",
        "AVERAGE_POOL_2D",
        "CONV_2D",
        "DEPTHWISE_CONV_2D",
        "EXP",
        "FULLY_CONNECTED",
    ),
    *("GELU", "HARD_SWISH", "LEAKY_RELU", "LOG", "LOGISTIC", "MAXIMUM", "MINIMUM", "MUL", "PRELU"),
    *("RELU", "RELU6", "RELU_0_TO_1", "RELU_N1_TO_1", "RESIZE_BILINEAR", "SQRT", "SUB", "TANH"),
    "TRANSPOSE_CONV",
)
EXACT = (*MOVING, "MAX_POOL_2D", "MIRROR_PAD", "REDUCE_MAX", "RESIZE_NEAREST_NEIGHBOR")
UINT8 = (
    *(
        "conv",
        "conv-strides",
        "depthwise",
        "dense",
        "max-pool",
        "average-pool",
        "pad",
        "add",
        "mul",
    ),
    *("concat", "LOGISTIC", "softmax", "reshape", "mean-kept", "RESIZE_BILINEAR-00-10"),
)
OTHERS = ("div-by-one", "mean", "mean-kept", "softmax")
CASES_IN_INTEGERS = {
    name: case
    for name, case in CASES.items()
    if case.code in (*COMPUTING, *EXACT) or name in OTHERS
}


def imported(content: bytes, folder: Path) -> Graph:
    (folder / "net.tflite").write_bytes(content)
    return IMPORTER.import_file(folder / "net.tflite", {})


def compared(content: bytes, folder: Path, feeds: dict[str, np.ndarray]) -> Check:
    """Return the certificate's first line of a file."""
    graph = imported(content, folder)
    (folder / "hub.onnx").write_bytes(write(graph))
    shapes = {name: tensor.shape[1:] for name, tensor in graph.tensors.items()}
    (name,), outputs = graph.inputs, tuple(TensorSpec(n, shapes[n]) for n in graph.outputs)
    contract = Contract(TensorSpec(name, shapes[name]), outputs, (), layout="nhwc")
    if len(shapes[name]) != 3:
        contract = replace(contract, layout="nchw")
    return check_source(folder / "net.tflite", folder / "hub.onnx", feeds, contract)


def quantized_case(case: Case, folder: Path) -> tuple[Case, np.ndarray]:
    """Return the case in integers, and inputs for it."""
    graph = imported(case.content, folder)
    shape = (2, *(int(size) for size in graph.tensors["x"].shape[1:]))
    x = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    x = np.abs(x) + 0.1 if case.positive else x
    y = np.concatenate([v.ravel() for v in run_graph(graph, {"x": x}).values()])
    assert not IMPORTER.is_quantized(folder / "net.tflite")
    return in_integers(case, x, y), x


@pytest.mark.parametrize("case", CASES_IN_INTEGERS.values(), ids=CASES_IN_INTEGERS)
def test_an_op_is_within_a_step_of_litert(tmp_path, case):
    integers, x = quantized_case(case, tmp_path)
    check = compared(integers.content, tmp_path, {"x": x})
    assert (check.state, check.unit, check.bound) == ("holds", "lsb", 1)
    assert "each of" in check.why
    assert check.largest <= (0 if case.code in EXACT else 1)
    assert IMPORTER.is_quantized(tmp_path / "net.tflite")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("NEG", "LiteRT negates the integers as they are, regardless of their zero points"),
        ("sum-of-columns", "LiteRT's reference kernel and its fast one return different sums"),
        ("l2", "it would round integers several times, LiteRT rounds once; convert the network "),
        ("log-softmax", "it would round integers several times"),
        ("softmax-sharp", "its factor is 2, and a product of integers would be rounded before it"),
        ("div", "it divides integers by other than one positive constant; multiply by the "),
    ],
)
def test_integers_that_litert_does_not_define_are_refused(tmp_path, name, why):
    integers, _ = quantized_case(CASES[name], tmp_path)
    with pytest.raises(UnsupportedOpError, match=why):
        imported(integers.content, tmp_path)


@pytest.mark.parametrize("name", UINT8)
def test_older_files_have_uint8_and_one_scale_per_tensor(tmp_path, name):
    integers, x = quantized_case(CASES[name], tmp_path)
    check = compared(in_uint8(integers).content, tmp_path, {"x": x})
    assert (check.state, check.unit, check.bound) == ("holds", "lsb", 1)
    assert "each of" in check.why


@pytest.mark.parametrize("target", [TARGET, INTEGER_BORDER], ids=["float", "integer"])
@pytest.mark.parametrize("scheme", [W8A8_ASYM, W8A8_SYM], ids=lambda scheme: scheme.name)
def test_what_the_zoo_writes_comes_back(tmp_path, scheme, target):
    graph = quantized(residual_network(), scheme)
    content = to_tflite(graph, target).files["model.tflite"]
    feeds = {"image": np.random.default_rng(0).standard_normal((3, 3, 6, 6)).astype(np.float32)}
    check = compared(content, tmp_path, feeds)
    assert (check.state, check.bound) == ("holds", 1)
    found = run_graph(imported(content, tmp_path), feeds)
    np.testing.assert_array_equal(found["landmarks"], run_graph(graph, feeds)["landmarks"])


def test_powers_of_two_may_be_a_step_off_at_ties(tmp_path):
    content = to_tflite(quantized(residual_network(), DPU_POW2)).files["model.tflite"]
    feeds = {"image": np.random.default_rng(0).standard_normal((3, 3, 6, 6)).astype(np.float32)}
    check = compared(content, tmp_path, feeds)
    assert (check.state, check.bound) == ("holds", 1)


@given(graph=float_graphs())
@settings(max_examples=25, deadline=None)
def test_random_networks_come_back(tmp_path_factory, graph):
    assume({graph.tensors[name].shape[0] for name in graph.inputs} == {"N"})
    graph = integer_graph(graph, IntegerForm())
    with suppress(UnsupportedOpError):
        content = to_tflite(graph).files["model.tflite"]
        found, feeds = (
            imported(content, tmp_path_factory.mktemp("net")),
            random_feeds(graph, seed=0),
        )
        wanted = run_graph(graph, feeds)
        for name, value in run_graph(found, feeds).items():
            np.testing.assert_array_equal(value, wanted[name])
