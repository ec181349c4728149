"""Float16 weights in a .tflite file."""

from dataclasses import replace

import numpy as np
import pytest
from networks import residual_network
from one_node import OneNode, activation, constant
from random_graphs import random_feeds
from tflite_files import TARGET, run_tflite, to_tflite

from compilers.reference import run_graph
from compilers.tflite.compiler import COMPILER, FLOAT16
from compilers.tflite.half_precision import to_float16
from compilers.tflite.lower import lower
from zoo.graph import Graph

GRAPH = residual_network()
BEFORE, AFTER = lower(GRAPH), to_float16(lower(GRAPH))


def _computed(graph: Graph, feeds: dict) -> dict[str, np.ndarray]:
    return run_tflite(COMPILER.lower(graph, TARGET, "float16").files["model.tflite"], feeds)


def test_weights_and_biases_are_narrow_and_widened_first():
    narrow = {t.name for t in AFTER.tensors if t.dtype == "float16"}
    weights = {name for name, tensor in GRAPH.tensors.items() if tensor.is_constant}
    assert weights <= narrow
    widened = AFTER.ops[: len(narrow)]
    assert {op.code for op in widened} == {"DEQUANTIZE"}
    assert [op.code for op in AFTER.ops[len(narrow) :]] == [op.code for op in BEFORE.ops]


def test_the_border_and_activations_stay_float32():
    for index in (*AFTER.inputs, *AFTER.outputs, *(op.output for op in AFTER.ops)):
        assert AFTER.tensors[index].dtype == "float32"


def test_the_file_is_little_more_than_half_as_large():
    weight = constant(np.random.default_rng(0).standard_normal((64, 64)), "w")
    graph = OneNode("dense", (activation(("N", 64)), weight)).graph
    size = len(COMPILER.lower(graph, TARGET, "float16").files["model.tflite"])
    assert size < 0.6 * len(to_tflite(graph).files["model.tflite"])


def test_it_computes_with_the_narrow_weights():
    rounded = {
        name: tensor
        if tensor.data is None
        else replace(tensor, data=tensor.data.astype(np.float16).astype(np.float32))
        for name, tensor in GRAPH.tensors.items()
    }
    feeds = random_feeds(GRAPH, seed=1)
    found, wanted = _computed(GRAPH, feeds), run_graph(replace(GRAPH, tensors=rounded), feeds)
    np.testing.assert_allclose(found["landmarks"], wanted["landmarks"], rtol=1e-5, atol=1e-6)
    largest = np.abs(wanted["landmarks"]).max()
    assert np.abs(found["landmarks"] - run_graph(GRAPH, feeds)["landmarks"]).max() > 0
    assert COMPILER.lower(GRAPH, TARGET, "float16").exactness == FLOAT16
    assert np.abs(found["landmarks"] - wanted["landmarks"]).max() < FLOAT16.bound * largest


@pytest.mark.parametrize("op", ["add", "mul", "prelu"])
def test_other_constants_of_the_network_are_narrow_too(op):
    graph = OneNode(op, (activation(("N", 2, 3, 3)), constant([[[1e9]], [[0.1]]]))).graph
    feeds = {"x": np.full((2, 2, 3, 3), -1, np.float32)}
    found = _computed(graph, feeds)["y"][0, :, 0, 0]
    low, high = float(np.float16(0.1)), 65504.0
    wanted = {"add": [high - 1, low - 1], "mul": [-high, -low], "prelu": [-high, -low]}[op]
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_an_op_without_constants_stays():
    model = lower(OneNode("sigmoid", (activation(("N", 4)),)).graph)
    assert to_float16(model) == model
