"""Executors of TensorRT artifacts: ONNX Runtime, and engines on a stand-in for the GPU."""

import shutil

import numpy as np
import pytest
from networks import residual_network
from one_node import OneNode, activation
from random_graphs import random_feeds
from stand_in_gpu import build_driver, install_gpu
from tensorrt_files import run_tensorrt, to_tensorrt

from compilers.reference import run_graph
from compilers.tensorrt import build
from compilers.tensorrt.compiler import COMPILER
from compilers.tensorrt.executors import GPU_EXECUTOR
from zoo import registry
from zoo.errors import HubError, ToolchainError
from zoo.fixed_batch import fix_batch

GRAPH = residual_network()
CONTENT = to_tensorrt(GRAPH).files["model.onnx"]
TARGET = registry.load("target", "rtx40")


def test_a_larger_batch_goes_through_in_parts():
    feeds = random_feeds(GRAPH, seed=1, batch=3)
    whole = run_tensorrt(CONTENT, feeds)["landmarks"]
    alone = [run_tensorrt(CONTENT, {"image": feeds["image"][i : i + 1]}) for i in range(3)]
    np.testing.assert_array_equal(whole, np.concatenate([one["landmarks"] for one in alone]))


def test_a_fixed_batch_goes_through_at_once():
    graph = OneNode("sigmoid", (activation((3, 2)),)).graph
    outputs = run_tensorrt(to_tensorrt(graph).files["model.onnx"], random_feeds(graph, seed=1))
    assert outputs["y"].shape == (3, 2)


@pytest.mark.parametrize(
    ("feeds", "found"),
    [
        ({}, "its input 'image' is missing"),
        ({"image": np.zeros((1, 3, 4, 4), np.float32)}, r"has shape \[1, 3, 4, 4\]"),
        ({"image": np.zeros((0, 3, 6, 6), np.float32)}, r"has shape \[0, 3, 6, 6\]"),
        ({"picture": np.zeros((1, 3, 6, 6), np.float32)}, "it has no input 'picture'"),
    ],
)
def test_wrong_inputs_are_named(feeds, found):
    with pytest.raises(HubError, match=found):
        run_tensorrt(CONTENT, feeds)


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
    run = GPU_EXECUTOR.load(write(fix_batch(GRAPH, batch)), "model.onnx")
    feeds = random_feeds(GRAPH, 0, batch=batch)
    wanted = run_graph(GRAPH, feeds)["landmarks"]
    np.testing.assert_allclose(run(feeds)["landmarks"], wanted, atol=1e-5)


def test_without_an_engine_it_says_what_to_do(write, monkeypatch):
    monkeypatch.setattr(build, "find_spec", lambda _: None)
    with pytest.raises(
        ToolchainError, match=r"model\.onnx: no engine was built from it; pip install tensorrt"
    ):
        GPU_EXECUTOR.load(write(GRAPH), "model.onnx")
