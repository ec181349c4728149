"""The artifact for TensorRT: its files, notes and refusals. Nothing here builds an engine."""

import hashlib
import json
from dataclasses import replace

import onnx
import pytest
from networks import residual_network
from quantization import quantized
from tensorrt_files import FACTS, TARGET, to_tensorrt

from compilers.schemes import W8A8_ASYM, W8A8_SYM
from compilers.tensorrt import compiler
from compilers.tensorrt.compiler import COMPILER
from compilers.tensorrt.engine import Engine, Layer, weighted_nodes
from zoo import registry
from zoo.artifact import float_requantization
from zoo.errors import RefusedError

GRAPH = residual_network()
INTEGERS = quantized(GRAPH, W8A8_SYM)
MAXWELL = replace(
    TARGET,
    name="maxwell",
    facts={**FACTS, "compute_capability": "5.3", "precisions": ("fp32", "fp16"), "typing": "weak"},
)


def _facts(artifact):
    return json.loads(artifact.files["engine.json"])


def test_is_registered():
    assert registry.load("compiler", "tensorrt") is COMPILER


def test_without_a_builder_the_engine_is_left_to_the_board():
    artifact = to_tensorrt(INTEGERS)
    onnx_sha256 = hashlib.sha256(artifact.files["model.onnx"]).hexdigest()
    assert (artifact.kind, artifact.main) == ("tensorrt", "model.onnx")
    assert set(artifact.files) == {"model.onnx", "engine.json", "build_engine.sh"}
    assert _facts(artifact) == {
        "onnx": "model.onnx",
        "onnx_sha256": onnx_sha256,
        "precision": "int8",
        "typing": "strong",
        "compute_capability": "8.9",
        "engine": "model.engine",
        "engine_sha256": "",
        "runtime": "",
        "version": "",
    }
    assert artifact.notes == (
        "not run on TensorRT: the proof runs model.onnx node by node in ONNX Runtime",
        "no engine was built here, because that needs tensorrt with a GPU of compute capability "
        "8.9; build_engine.sh builds it on the board, with TensorRT",
    )


def _build(monkeypatch, layers):
    def build_here(onnx, _precision, _gpu):
        nodes = weighted_nodes(onnx)
        return Engine(b"engine", "tensorrt_rtx", "1.7.1", layers(nodes))

    monkeypatch.setattr(compiler, "build_here", build_here)
    return to_tensorrt(INTEGERS)


def _layer(node, kind="Int8"):
    return Layer(f"{node}_1", "correlation", (kind,), (kind,), ("Float",), (node,))


def test_an_engine_is_pinned_and_named_as_not_reproducible(monkeypatch):
    artifact = _build(monkeypatch, lambda nodes: tuple(map(_layer, nodes)))
    facts = _facts(artifact)
    assert artifact.files["model.engine"] == b"engine"
    assert facts["engine_sha256"] == hashlib.sha256(b"engine").hexdigest()
    assert (facts["runtime"], facts["version"]) == ("TensorRT-RTX", "1.7.1")
    assert artifact.notes[1:] == (
        "model.engine was built by TensorRT-RTX 1.7.1 for compute capability 8.9; engine "
        "builds are not reproducible, so the engine and its digests may differ between builds of "
        "this bundle; model.onnx is pinned",
        "4 of 4 convolutions and dense layers are int8",
    )
    layers = json.loads(artifact.files["layers.json"])
    assert layers[0]["inputs"] == ["Int8"]


def test_layers_that_fell_back_are_named(monkeypatch):
    artifact = _build(
        monkeypatch, lambda nodes: (_layer(nodes[0], "Half"), *map(_layer, nodes[1:]))
    )
    first = weighted_nodes(artifact.files["model.onnx"])[0]
    assert artifact.notes[-1] == (
        f"3 of 4 convolutions and dense layers are int8; in float: {first}"
    )


def test_layers_that_nobody_listed_are_not_claimed(monkeypatch):
    artifact = _build(monkeypatch, lambda _: ())
    assert artifact.notes[-1] == (
        "the engine's layers were not inspected: its builder does not list them"
    )
    assert "layers.json" not in artifact.files


def test_integers_may_differ_by_twice_the_hubs_bound():
    exactness = to_tensorrt(INTEGERS).exactness
    assert exactness.unit == "lsb"
    assert exactness.bound == 2 * float_requantization(INTEGERS).bound


@pytest.mark.parametrize(
    ("scheme", "target", "element", "precision"),
    [
        ("float32", TARGET, "FLOAT", "fp32"),
        ("float16", TARGET, "FLOAT16", "fp16"),
        ("float16", MAXWELL, "FLOAT", "fp16"),
    ],
)
def test_weights_are_of_the_type_that_the_builder_goes_by(scheme, target, element, precision):
    artifact = to_tensorrt(GRAPH, scheme, target)
    tensors = onnx.load_from_string(artifact.files["model.onnx"]).graph.initializer
    (weight,) = (tensor for tensor in tensors if tensor.name == "stem.weight")
    assert weight.data_type == onnx.TensorProto.DataType.Value(element)
    assert _facts(artifact)["precision"] == precision


def test_int8_is_refused_where_the_chip_has_none():
    with pytest.raises(
        RefusedError,
        match=r"^maxwell: compute capability 5\.3 has no int8; it computes in fp32, fp16: use "
        r"another --quant$",
    ):
        to_tensorrt(INTEGERS, "w8a8-sym", MAXWELL)


def test_asymmetric_integers_are_refused():
    with pytest.raises(
        RefusedError, match=r"^gpu: tensor '\w+' is uint8; .*quantize with w8a8-sym"
    ):
        to_tensorrt(quantized(GRAPH, W8A8_ASYM), "w8a8-asym")


def test_a_float_graph_is_no_integer_one():
    with pytest.raises(
        RefusedError,
        match=r"^gpu: graph 'residual' is float, the scheme 'w8a8-sym' needs integers; quantize "
        r"it first$",
    ):
        to_tensorrt(GRAPH, "w8a8-sym")


def test_an_engine_that_was_run_on_a_gpu_is_said_to_be(monkeypatch):
    monkeypatch.setattr(compiler, "check_on_gpu", lambda *_: "run on this machine's GPU by X")
    artifact = _build(monkeypatch, lambda _: ())
    assert artifact.notes[0] == (
        "run on this machine's GPU by X; the steps of the proof run model.onnx node by node in "
        "ONNX Runtime"
    )
