"""The models for ONNX Runtime: what it makes of them, and how exact they are."""

from collections import Counter
from dataclasses import replace
from math import inf
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import residual_network
from quantization import quantized, samples
from random_graphs import float_graphs

from compilers.onnx.compiler import COMPILER, FLOAT16, FLOAT32
from compilers.op_by_op import judge_ops
from compilers.reference import run_all, run_graph
from compilers.schemes import DPU_POW2, W4A8_ASYM, W8A8_ASYM, W8A8_SYM, W8A16_ASYM, W8A16_SYM
from zoo import registry
from zoo.artifact import float_requantization
from zoo.errors import QuantizeError, RefusedError
from zoo.graph import Graph
from zoo.scheme import Override
from zoo.target import Target

TARGET = Target("pc", "a PC", "onnx", "onnxruntime", "cpp", {})
GRAPH = residual_network()
INTEGER_SCHEMES = (W8A8_ASYM, W8A8_SYM, W4A8_ASYM)


def _lower(graph: Graph, scheme: str) -> bytes:
    artifact = COMPILER.lower(graph, TARGET, scheme)
    assert (artifact.kind, artifact.main, list(artifact.files)) == (
        "onnx",
        "model.onnx",
        ["model.onnx"],
    )
    return artifact.files["model.onnx"]


def _session(content: bytes, optimized: Path | None = None) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    if optimized:
        options.optimized_model_filepath = str(optimized)
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def _run(content: bytes, feeds: dict) -> dict[str, np.ndarray]:
    session = _session(content)
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds), strict=True))


def test_is_registered():
    assert registry.load("compiler", "onnx") is COMPILER


@pytest.mark.parametrize("scheme", INTEGER_SCHEMES, ids=lambda scheme: scheme.name)
def test_onnx_runtime_computes_every_layer_in_integers(scheme, tmp_path):
    content = _lower(quantized(GRAPH, scheme), scheme.name)
    _session(content, tmp_path / "optimized.onnx")
    ops = Counter(node.op_type for node in onnx.load(tmp_path / "optimized.onnx").graph.node)
    assert (ops["QLinearConv"], ops["QGemm"], ops["QLinearAdd"], ops["QLinearConcat"]) == (
        3,
        1,
        1,
        1,
    )
    assert not ops.keys() & {"Conv", "FusedConv", "Gemm", "MatMul", "Add", "Concat", "Relu"}


def _keeps_ranges(graph) -> bool:
    """Whether no clamp cuts a range, which makes an LSB before it several LSB after it."""
    return all(node.attributes.get("clamp", (0.0, inf)) == (0.0, inf) for node in graph.nodes)


# Each layer may differ by one from the reference, and these networks have up to nine.
@given(float_graphs().filter(_keeps_ranges), st.sampled_from(INTEGER_SCHEMES), st.booleans())
@settings(max_examples=50, deadline=None)
def test_integers_are_within_the_bound_of_the_reference(graph, scheme, correct_bias):
    integer = quantized(graph, scheme, correct_bias=correct_bias)
    feeds = next(samples(graph, seed=7))
    found, wanted = _run(_lower(integer, scheme.name), feeds), run_graph(integer, feeds)
    for name in graph.outputs:
        scale = integer.tensors[integer.producer(name).inputs[0]].quantization.scale[0]
        assert (
            np.abs(found[name] - wanted[name]).max() / scale
            <= float_requantization(integer).bound + 1e-3
        )


@given(float_graphs(), st.sampled_from(INTEGER_SCHEMES))
@settings(max_examples=20, deadline=None)
def test_each_op_alone_is_within_what_is_proven(graph, scheme):
    _assert_each_op(quantized(graph, scheme), next(samples(graph, seed=7)))


WIDE = st.sets(st.sampled_from(sorted(t.name for t in GRAPH.tensors.values() if not t.is_constant)))


@given(WIDE, st.sampled_from(INTEGER_SCHEMES))
@settings(max_examples=15, deadline=None)
def test_activations_of_8_and_of_16_bits_are_one_network(names, scheme):
    overrides = tuple(Override(name, activation_bits=16) for name in sorted(names))
    integer = quantized(GRAPH, replace(scheme, overrides=overrides), calibrator="minmax")
    _assert_each_op(integer, next(samples(GRAPH, seed=7)))


@given(float_graphs(), st.sampled_from((W8A16_ASYM, W8A16_SYM)))
@settings(max_examples=20, deadline=None)
def test_all_activations_may_have_16_bits(graph, scheme):
    try:
        integer = quantized(graph, scheme)
    except QuantizeError as error:
        assert "feeds a table op" in str(error)  # noqa: PT017
        return
    _assert_each_op(integer, next(samples(graph, seed=7)))


def _assert_each_op(integer: Graph, feeds: dict) -> None:
    """Compare each op in ONNX Runtime with its reference, given the same integers."""
    names = [t.name for t in integer.tensors.values() if t.quantization and not t.is_constant]
    content = _lower(integer, "any")
    with TemporaryDirectory() as folder:
        (Path(folder) / "model.onnx").write_bytes(content)
        executor = registry.load("executor", "onnxruntime")
        run = executor.load_inside(Path(folder), "model.onnx", [*names, *integer.outputs])
        inside, outputs = run(feeds), executor.load(Path(folder), "model.onnx")(feeds)
    found = list(judge_ops(integer, {**feeds, **{name: inside[name] for name in names}}))
    assert {d.node for d in found} == {n.name for n in integer.nodes if n.op != "dequantize"}
    assert all(d.steps.max() <= d.allowed for d in found)
    for name, values in outputs.items():  # to tell what is inside changes nothing
        np.testing.assert_array_equal(inside[name], values)


@given(float_graphs(), st.sampled_from((("float32", FLOAT32), ("float16", FLOAT16))))
@settings(max_examples=40, deadline=None)
def test_floats_are_within_the_bound_of_the_reference(graph, precision):
    scheme, exactness = precision
    feeds = next(samples(graph, seed=7))
    found, values = _run(_lower(graph, scheme), feeds), run_all(graph, feeds)
    # An output may be a small difference of large values inside.
    largest = max(np.abs(value).max() for value in values.values())
    for name in graph.outputs:
        assert np.abs(found[name] - values[name]).max() <= exactness.bound * largest


@pytest.mark.parametrize("scheme", ["float32", "float16", "w8a8-asym"])
def test_same_graph_same_bytes(scheme):
    graph = quantized(GRAPH, W8A8_ASYM) if scheme == "w8a8-asym" else GRAPH
    assert _lower(graph, scheme) == _lower(graph, scheme)


def test_float16_halves_the_weights():
    assert len(_lower(GRAPH, "float16")) < len(_lower(GRAPH, "float32"))


def test_another_rounding_is_refused():
    with pytest.raises(
        RefusedError,
        match=r"^pc: tensor '\w+' is rounded half_up, ONNX Runtime's integer kernels round "
        r"half_even; quantize with another scheme, such as w8a8-asym$",
    ):
        COMPILER.lower(quantized(GRAPH, DPU_POW2), TARGET, "dpu-pow2")


def test_a_float_graph_for_an_integer_scheme_is_refused():
    with pytest.raises(
        RefusedError,
        match=r"^pc: graph 'residual' is float, the scheme 'w8a8-asym' needs integers; quantize",
    ):
        COMPILER.lower(GRAPH, TARGET, "w8a8-asym")
