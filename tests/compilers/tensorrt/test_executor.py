"""The executor of TensorRT artifacts: ONNX Runtime on their ONNX file."""

import numpy as np
import pytest
from networks import residual_network
from one_node import OneNode, activation
from random_graphs import random_feeds
from tensorrt_files import run_tensorrt, to_tensorrt

from zoo.errors import HubError

GRAPH = residual_network()
CONTENT = to_tensorrt(GRAPH).files["model.onnx"]


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
