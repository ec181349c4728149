"""LiteRT as an executor."""

import re
import sys

import numpy as np
import pytest
from networks import residual_network
from one_node import OneNode, activation
from random_graphs import random_feeds
from tflite_files import INTEGER_BORDER, to_tflite

from runtimes.executors.litert import EXECUTOR
from zoo import registry
from zoo.errors import HubError, ToolchainError
from zoo.graph import Quantization
from zoo.tool import install_extra

GRAPH = residual_network()
IMAGES = random_feeds(GRAPH, 0, batch=3)["image"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a residual network as model.tflite."""
    folder = tmp_path_factory.mktemp("litert")
    (folder / "model.tflite").write_bytes(to_tflite(GRAPH).files["model.tflite"])
    return folder


def test_is_registered():
    assert registry.load("executor", "litert") is EXECUTOR


def test_each_sample_of_a_batch_is_computed_for_itself(folder):
    run = EXECUTOR.load(folder, "model.tflite")
    together = run({"image": IMAGES})
    assert list(together) == ["landmarks"]
    alone = [run({"image": IMAGES[index : index + 1]})["landmarks"] for index in range(3)]
    np.testing.assert_array_equal(together["landmarks"], np.concatenate(alone))
    assert len(np.unique(together["landmarks"], axis=0)) == 3


def test_takes_arrays_of_any_layout_and_float_type(folder):
    run = EXECUTOR.load(folder, "model.tflite", threads=2)
    strided = IMAGES.astype(np.float64)[:, ::-1]
    expected = run({"image": np.ascontiguousarray(strided, np.float32)})
    np.testing.assert_array_equal(run({"image": strided})["landmarks"], expected["landmarks"])


@pytest.mark.parametrize(
    ("feeds", "message"),
    [
        ({}, r"its input 'image' is missing; the network has image$"),
        (
            {"image": IMAGES, "images": IMAGES},
            r"it has no input 'images'; did you mean image\?$",
        ),
        (
            {"image": IMAGES.transpose(0, 2, 3, 1)},
            r"input 'image' has shape \[3, 6, 6, 3\], expected \[1, 3, 6, 6\], or a multiple of "
            r"its batch$",
        ),
        ({"image": IMAGES[0]}, r"input 'image' has shape \[3, 6, 6\], expected \[1, 3, 6, 6\], "),
    ],
)
def test_wrong_inputs_are_refused(folder, feeds, message):
    with pytest.raises(HubError, match=rf"model\.tflite: {message}"):
        EXECUTOR.load(folder, "model.tflite")(feeds)


@pytest.mark.parametrize("content", [b"", b"no model at all", b"\x20\0\0\0TFL3 and no more"])
def test_a_broken_file_is_named(tmp_path, content):
    (tmp_path / "model.tflite").write_bytes(content)
    with pytest.raises(
        HubError, match=r"model\.tflite: LiteRT cannot load it \(.*build or convert it again$"
    ):
        EXECUTOR.load(tmp_path, "model.tflite")


def test_a_missing_package_is_named(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    remedy = re.escape(install_extra("litert"))
    with pytest.raises(
        ToolchainError,
        match=rf"^running a \.tflite file needs LiteRT \(.*\); {remedy}$",
    ):
        EXECUTOR.load(folder, "model.tflite")


def test_reals_become_the_integers_of_the_border_and_come_back(tmp_path):
    grid = Quantization((0.5,), (3,))
    graph = OneNode("clip", (activation(("N", 6), grid),), {"low": -60.0, "high": 60.0}, grid).graph
    content = to_tflite(graph, INTEGER_BORDER).files["model.tflite"]
    (tmp_path / "model.tflite").write_bytes(content)
    reals = np.array([[0.25, 0.75, -0.3, 7.0, 1e9, -1e9]], np.float32)
    found = EXECUTOR.load(tmp_path, "model.tflite")({"x.real": reals})
    np.testing.assert_array_equal(found["y.real"], [[0.0, 1.0, -0.5, 7.0, 60.0, -60.0]])
