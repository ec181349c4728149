"""Engines of artifacts on a GPU: stand-ins for the GPU and for TensorRT."""

import shutil

import numpy as np
import pytest
from networks import residual_network
from random_graphs import random_feeds
from stand_in_gpu import build_driver, install_gpu

from compilers.reference import run_graph
from compilers.tensorrt import build
from compilers.tensorrt.compiler import COMPILER
from compilers.tensorrt.gpu_executor import EXECUTOR
from zoo import registry
from zoo.bench.batch import fix_batch
from zoo.errors import ToolchainError

GRAPH = residual_network()
TARGET = registry.load("target", "rtx40")


@pytest.fixture
def write(tmp_path):
    """Return a function that lowers a graph and writes what comes out to the returned folder."""

    def lower_and_write(graph):
        for name, content in COMPILER.lower(graph, TARGET, "float32").files.items():
            (tmp_path / name).write_bytes(content)
        return tmp_path

    return lower_and_write


@pytest.mark.skipif(not shutil.which("cc"), reason="a C compiler is missing")
@pytest.mark.parametrize("batch", [1, 4])
def test_an_engine_of_a_batch(write, batch, tmp_path_factory, monkeypatch):
    install_gpu(monkeypatch, build_driver(tmp_path_factory.mktemp("cuda")))
    run = EXECUTOR.load(write(fix_batch(GRAPH, batch)), "model.onnx")
    feeds = random_feeds(GRAPH, 0, batch=batch)
    wanted = run_graph(GRAPH, feeds)["landmarks"]
    np.testing.assert_allclose(run(feeds)["landmarks"], wanted, atol=1e-5)


def test_without_an_engine_it_says_what_to_do(write, monkeypatch):
    monkeypatch.setattr(build, "find_spec", lambda _: None)
    with pytest.raises(
        ToolchainError, match=r"model\.onnx: no engine was built from it; pip install tensorrt"
    ):
        EXECUTOR.load(write(GRAPH), "model.onnx")
