"""Building engines by TensorRT's Python API: a stand-in for the module takes the calls."""

from dataclasses import replace

import pytest
import stand_in_tensorrt as tensorrt
from tensorrt_files import GPU

from compilers.tensorrt.build import build_engine
from zoo.errors import ToolchainError

WEAK = replace(GPU, typing="weak")


@pytest.fixture(autouse=True)
def _named_as_the_real_one(monkeypatch):
    monkeypatch.setattr(tensorrt, "__name__", "tensorrt")


@pytest.mark.parametrize(("precision", "flags"), [("fp32", ""), ("fp16", "FP16"), ("int8", "INT8")])
def test_a_weakly_typed_network_is_built_by_flags_and_never_in_tf32(precision, flags):
    engine = build_engine(tensorrt, b"onnx", precision, WEAK)
    assert engine.content == f"network 1, flags {flags}\nonnx".encode()


def test_a_strongly_typed_network_says_it_all_itself():
    assert build_engine(tensorrt, b"onnx", "fp16", GPU).content == b"network 11, flags \nonnx"


def test_an_engine_knows_its_runtime_by_three_numbers():
    engine = build_engine(tensorrt, b"onnx", "fp16", GPU)
    assert (engine.runtime, engine.version, engine.layers) == ("TensorRT", "10.3.0", ())


def test_what_the_parser_says_is_told():
    with pytest.raises(
        ToolchainError,
        match=r"^gpu: TensorRT 10\.3\.0 does not read the network \(no importer for Einsum\); "
        r"`zoo show MODEL --target BOARD` shows what it takes",
    ):
        build_engine(tensorrt, b"unknown", "fp16", GPU)


def test_what_the_builder_says_is_told():
    with pytest.raises(
        ToolchainError, match=r"^gpu: TensorRT 10\.3\.0 builds no engine \(out of memory\); "
    ):
        build_engine(tensorrt, b"too large", "fp16", GPU)
