"""zoo show MODEL --target BOARD."""

import json
import re

import numpy as np
import pytest
from build_graph import build_graph
from networks import residual_network

from compilers.hub import write
from zoo.errors import UnknownNameError, UsageError
from zoo.graph import Node

MODEL = "pfld_0.25x.300w68"
DETECTOR = "facedet_160.wider"


@pytest.fixture
def network(tmp_path):
    """Return an .onnx file with a clip where the DPU has none."""
    file = tmp_path / "net.onnx"
    file.write_bytes(write(residual_network()))
    return str(file)


def test_a_published_model_as_json(zoo):
    shown = json.loads(zoo("show", MODEL, "--target", "kv260:vai2.5", "--json").output)
    assert shown["target"] == "kv260-vai2.5"
    assert shown["fits"]
    assert {node["runs_on"] for node in shown["nodes"]} == {"DPU"}


def test_a_file_that_does_not_fit_as_table_and_as_json(zoo, network):
    lines = zoo("show", network, "--target", "kv260").output.splitlines()
    assert lines[0] == f"{network} on kv260"
    assert lines[1].split() == ["node", "op", "runs_on", "why", "remedy"]
    (refused,) = (line for line in lines if "refused" in line)
    assert "relu6 after concat; there the DPU has no activation" in refused
    assert lines[-1] == "1 of 9 nodes do not fit: `zoo build` refuses them"
    assert not json.loads(zoo("show", network, "--target", "kv260", "--json").output)["fits"]


def test_what_is_no_model_is_told(zoo):
    assert isinstance(zoo("show", "pfdl", "--target", "kv260").exception, UnknownNameError)
    missing = zoo("show", "none.onnx", "--target", "kv260").exception
    assert isinstance(missing, UsageError)
    assert str(missing) == "none.onnx: no such file; give one that is there"


def test_a_variant_of_a_board_is_shown(zoo):
    shown = json.loads(zoo("show", "kv260:vai2.5", "--json").output)
    assert shown["facts"]["fingerprint"] == "0x101000016010407"


def test_a_board_that_can_estimate_shows_times(zoo):
    lines = zoo("show", DETECTOR, "--target", "k210").output.splitlines()
    assert lines[1].split() == ["node", "op", "runs_on", "estimated_ms", "why", "remedy"]
    assert lines[-2].startswith("all ")
    assert lines[-1].startswith("estimated, not measured: ")
    shown = json.loads(zoo("show", DETECTOR, "--target", "k210", "--json").output)["estimate"]
    assert shown["parts"][0]["node"] == "image"
    assert shown["parts"][-1]["node"].startswith("dequantize ")
    total_ms = sum(part["total_ms"] for part in shown["parts"])
    assert shown["total_ms"] == pytest.approx(total_ms)
    assert shown["frames_per_second"] == pytest.approx(1000 / total_ms)
    assert f" {total_ms:.3g} ms for the network, " in lines[-1]


def test_small_times_have_digits_and_nodes_their_own_in_json(zoo, tmp_path):
    window = {"strides": (1, 1), "pads": (1, 1, 1, 1), "dilations": (1, 1), "group": 1}
    conv = Node("c", "conv", ("image", "weight"), "y", window)
    weight = {"weight": np.ones((4, 3, 3, 3), np.float32)}
    small = build_graph({"image": ("N", 3, 8, 8)}, [conv], ["y"], weight)
    (tmp_path / "small.onnx").write_bytes(write(small))
    words = ("show", "small.onnx", "--target", "k210")
    assert re.search(r": 0\.\d*[1-9]\d* ms for .*, \d{0,3},?\d{3} frames", zoo(*words).output)
    shown = json.loads(zoo(*words, "--json").output)
    node_ms = [node["estimated_ms"] for node in shown["nodes"] if node["estimated_ms"] is not None]
    assert 0 < sum(node_ms) <= shown["estimate"]["total_ms"]


def test_what_does_not_fit_is_not_estimated(zoo):
    too_large = json.loads(zoo("show", "facedet_320.wider", "--target", "k210", "--json").output)
    assert not too_large["fits"]
    assert "estimate" not in too_large


def test_other_boards_have_no_estimate(zoo):
    assert "estimate" not in json.loads(
        zoo("show", MODEL, "--target", "jetson-orin", "--json").output
    )
