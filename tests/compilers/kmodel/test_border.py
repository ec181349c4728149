"""Inputs and outputs of a file: integers in, reals out."""

import json

import numpy as np
import pytest
from kpu_graphs import K210

from compilers.kmodel.border import border_json
from compilers.kmodel.executor import KmodelRun
from compilers.kmodel.lower import lower
from compilers.reference import run_graph
from zoo.errors import RefusedError
from zoo.graph import Graph, Node, Quantization, Tensor

GRID = Quantization((0.05,), (120,), signed=False, rounding="two_stage")
SHAPE = (1, 3, 6, 5)
QUANTIZE = Node("quantize x", "quantize", ("x",), "integers")


def network(inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Graph:
    """Return a network that gives its input back, rounded."""
    names = dict.fromkeys((*inputs, *outputs))
    tensors = {name: Tensor(name, SHAPE, layout="NCHW") for name in names}
    tensors["integers"] = Tensor("integers", SHAPE, "uint8", "NCHW", GRID)
    last = [Node(f"dequantize {y}", "dequantize", ("integers",), y) for y in outputs if y != "x"]
    return Graph("border", inputs, outputs, tensors, (QUANTIZE, *last))


@pytest.mark.parametrize("outputs", [("y",), ("y", "z")])
def test_a_network_without_layers_runs(outputs):
    graph = network(("x",), outputs)
    feeds = {"x": np.random.default_rng(1).standard_normal((2, *SHAPE[1:])).astype(np.float32)}
    model = lower(graph, K210).model
    found = KmodelRun(model, json.loads(border_json(graph)), "file")(feeds)
    wanted = {y: run_graph(graph, {"x": feeds["x"][:1]})[y] for y in outputs}
    for name in outputs:
        np.testing.assert_array_equal(found[name][:1], wanted[name])


@pytest.mark.parametrize(
    ("inputs", "outputs", "name"), [(("x", "unused"), ("y",), "unused"), (("x",), ("y", "x"), "x")]
)
def test_what_is_no_integer_of_the_network_is_refused(inputs, outputs, name):
    with pytest.raises(RefusedError, match=f"nothing quantizes '{name}' as a whole"):
        lower(network(inputs, outputs), K210)
