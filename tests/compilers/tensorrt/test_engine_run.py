"""Engines on a GPU, compared with the reference: stand-ins for the GPU and for TensorRT."""

import ctypes
import shutil
from dataclasses import replace

import numpy as np
import pytest
import stand_in_tensorrt
from networks import residual_network
from quantization import quantized
from random_graphs import random_feeds
from stand_in_gpu import build_driver, install_gpu
from tensorrt_files import GPU

from compilers.reference import run_graph
from compilers.schemes import W8A8_SYM
from compilers.tensorrt.build import build_engine
from compilers.tensorrt.engine import Engine
from compilers.tensorrt.engine_run import CudaMemory, EngineRun, check_engine, check_on_gpu
from compilers.tensorrt.network_file import network_file
from zoo.artifact import Exactness
from zoo.errors import ToolchainError, VerifyError

GRAPH = residual_network()
INTEGERS = quantized(GRAPH, W8A8_SYM)
BOUND = Exactness(3, "lsb", "")

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="a C compiler is missing")


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return build_driver(tmp_path_factory.mktemp("cuda"))


@pytest.fixture
def tensorrt(monkeypatch):
    monkeypatch.setattr(stand_in_tensorrt, "__name__", "tensorrt")
    return stand_in_tensorrt


def _engine(tensorrt, graph, precision):
    return build_engine(tensorrt, network_file(graph, precision, GPU), precision, GPU)


def _off_by(steps):
    scale = INTEGERS.tensors["landmarks_quantized"].quantization.scale[0]

    def run(feeds):
        return {"landmarks": run_graph(INTEGERS, feeds)["landmarks"] + steps * scale}

    return run


def test_an_engine_computes_on_the_gpu(tensorrt, library):
    run = EngineRun(tensorrt, _engine(tensorrt, GRAPH, "fp32"), CudaMemory(library))
    for seed in range(2):
        feeds = random_feeds(GRAPH, seed, batch=1)
        wanted = run_graph(GRAPH, feeds)["landmarks"]
        np.testing.assert_allclose(run(feeds)["landmarks"], wanted, atol=1e-5)


def test_its_memory_is_freed(tensorrt, library):
    count = ctypes.CDLL(library).stand_in_buffers
    before = count()
    run = EngineRun(tensorrt, _engine(tensorrt, GRAPH, "fp32"), CudaMemory(library))
    assert count() == before + 2
    del run
    assert count() == before


def test_memory_that_is_full_is_an_error(library):
    with pytest.raises(
        ToolchainError,
        match=r"^libcuda\.so\.1: cuMemAlloc_v2 failed with CUDA's error 2; does nvidia-smi show a "
        r"GPU with free memory\?$",
    ):
        CudaMemory(library).allocate(1 << 30)


def test_without_a_driver_it_says_what_to_do():
    with pytest.raises(
        ToolchainError, match=r"^libnone\.so: cannot be loaded \(.*\); install NVIDIA's driver$"
    ):
        CudaMemory("libnone.so")


def test_an_engine_that_does_not_load_is_an_error(tensorrt, library):
    engine = Engine(b"damaged", "tensorrt", "10.3.0")
    with pytest.raises(
        ToolchainError,
        match=r"^TensorRT 10\.3\.0 cannot load its own engine \(magic tag does not match\); ",
    ):
        EngineRun(tensorrt, engine, CudaMemory(library))


def test_where_the_gpu_is_elsewhere_nothing_is_run(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert check_on_gpu(GRAPH, Engine(b"", "tensorrt", "10.3.0"), GPU, BOUND) == ""


def test_where_the_gpu_is_here_the_engine_is_compared(tensorrt, library, monkeypatch):
    install_gpu(monkeypatch, library)
    engine = _engine(tensorrt, INTEGERS, "int8")
    assert check_on_gpu(INTEGERS, engine, replace(GPU, typing="strong"), BOUND).startswith(
        "run on this machine's GPU by TensorRT 10.3.0: at most "
    )


def test_what_was_found_is_told():
    assert check_engine(INTEGERS, _off_by(2), "TensorRT 9", BOUND) == (
        "run on this machine's GPU by TensorRT 9: at most 2 lsb off the reference, as the "
        "median of 8 random inputs"
    )


def test_a_step_that_grew_at_one_input_is_none():
    far = iter([9, *[1] * 7])
    told = check_engine(INTEGERS, lambda feeds: _off_by(next(far))(feeds), "TensorRT 9", BOUND)
    assert "at most 1 lsb off" in told


def test_an_engine_that_is_too_far_off_is_an_error():
    with pytest.raises(
        VerifyError,
        match=r"^TensorRT 9: its engine of graph 'residual' is 4 lsb off the reference, allowed: "
        r"3; report it with both versions$",
    ):
        check_engine(INTEGERS, _off_by(4), "TensorRT 9", BOUND)
