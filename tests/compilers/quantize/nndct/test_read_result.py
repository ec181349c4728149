"""quant_info.json as pytorch_nndct writes it, and as it does not."""

import json

import numpy as np
import pytest
from build_graph import build_graph

from compilers.quantize.nndct.read_result import read_fix_points
from zoo.errors import QuantizeError
from zoo.graph import Node

WINDOW = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}
CONSTANTS = {"w": np.zeros((4, 4, 1, 1), np.float32), "b": np.zeros(4, np.float32)}
NODES = [Node("c", "conv", ("x", "w", "b"), "s", WINDOW), Node("a", "add", ("x", "s"), "y")]
GRAPH = build_graph({"x": ("N", 4, 8, 8)}, NODES, ("y",), CONSTANTS)
GOOD = {
    "param": {"Network::n0.weight": [[8, 9]], "Network::n0.bias": [[8, 11]]},
    "output": {
        "Network::input_0": [[8, 7]],
        "Network::Network/ReLU[n0_act]/2674": [[8, 5]],
        "Network::Network/Add[n1]/input.7": [[8, 4]],
    },
    "input": {},
}


@pytest.fixture
def written(tmp_path):
    """Return written(content): the file."""

    def write(content):
        file = tmp_path / "quant_info.json"
        file.write_text(content if isinstance(content, str) else json.dumps(content))
        return file

    return write


def test_values_are_found_by_their_modules(written):
    found = read_fix_points(written(GOOD), GRAPH)
    assert found.parameters == {"w": 9, "b": 11}
    assert found.activations == {"s": 5, "y": 4}


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(QuantizeError, match="pytorch_nndct wrote no fix points"):
        read_fix_points(tmp_path / "none.json", GRAPH)


def test_a_missing_weight_is_told(written):
    param = {"Network::n0.bias": [[8, 11]]}
    with pytest.raises(QuantizeError, match=r"has no fix point of n0.weight; known are n0.bias: "):
        read_fix_points(written({**GOOD, "param": param}), GRAPH)


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        {"param": {}},
        {**GOOD, "param": {"Network::n0.weight": [[16, 9]]}},
        {**GOOD, "param": {"Network::n0.weight": [[8, None]]}},
        {**GOOD, "param": {"Network::n0.weight": 9}},
        {**GOOD, "output": []},
    ],
)
def test_another_form_is_told(written, content):
    with pytest.raises(QuantizeError, match=r"not the form of pytorch_nndct 2\.5 to 3\.5"):
        read_fix_points(written(content), GRAPH)
