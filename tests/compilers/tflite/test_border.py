"""Integers at the border of a .tflite file: what the app feeds and reads."""

from dataclasses import replace

import numpy as np
import pytest
from networks import residual_network
from one_node import OneNode, activation
from quantization import quantized
from random_graphs import random_feeds
from tflite_files import INTEGER_BORDER, TARGET, run_tflite, to_tflite

from compilers.schemes import W8A8_ASYM, W8A8_SYM
from compilers.tflite.lower import lower
from zoo.errors import RefusedError
from zoo.graph import Graph, Node, Quantization

GRID = Quantization((0.05,), (3,))
SUM = OneNode("add", tuple(activation(("N", 4), GRID, name) for name in "ab"), {}, GRID).graph


@pytest.mark.parametrize("scheme", [W8A8_ASYM, W8A8_SYM], ids=lambda scheme: scheme.name)
def test_both_borders_give_the_same(scheme):
    graph = quantized(residual_network(), scheme)
    feeds = random_feeds(graph, seed=4)
    by_border = [
        run_tflite(artifact.files[artifact.main], feeds)
        for artifact in (to_tflite(graph), to_tflite(graph, INTEGER_BORDER))
    ]
    for name in graph.outputs:
        np.testing.assert_array_equal(by_border[0][name], by_border[1][name])


def test_inputs_and_outputs_are_int8_under_the_graphs_names():
    graph = quantized(residual_network(), W8A8_ASYM)
    model = lower(graph, integers_at_border=True)
    border = [model.tensors[index] for index in (*model.inputs, *model.outputs)]
    assert [(tensor.name, tensor.dtype) for tensor in border] == [
        ("image", "int8"),
        ("landmarks", "int8"),
    ]
    read = graph.tensors[graph.consumers("image")[0].output].quantization
    assert border[0].grid.scale == read.scale
    assert border[0].grid.zero_point[0] == read.zero_point[0] - 128
    assert {"QUANTIZE", "DEQUANTIZE"} & {op.code for op in model.ops[:1] + model.ops[-1:]} == set()


def test_a_float_network_stays_float():
    assert to_tflite(residual_network(), INTEGER_BORDER) == to_tflite(residual_network())


def test_every_input_and_output_has_its_integers():
    assert SUM.border.stand_ins == {"a": "a.real", "b": "b.real", "y": "y.real"}


def _again(graph: Graph, source: str) -> Graph:
    """Return the graph with one more output, the reals of `source`."""
    more = activation(("N", 4), name="more")
    nodes = (*graph.nodes, Node("more/out", "dequantize", (source,), "more"))
    tensors = {**graph.tensors, "more": more}
    return replace(graph, outputs=(*graph.outputs, "more"), nodes=nodes, tensors=tensors)


@pytest.mark.parametrize("source", ["a", "y"])
def test_integers_with_two_names_keep_the_second_as_reals(source):
    graph = _again(SUM, source)
    assert "more" not in graph.border.stand_ins.values()
    feeds = random_feeds(graph, seed=4)
    found = run_tflite(to_tflite(graph, INTEGER_BORDER).files["model.tflite"], feeds)
    wanted = run_tflite(to_tflite(graph).files["model.tflite"], feeds)
    for name in graph.outputs:
        np.testing.assert_array_equal(found[name], wanted[name])


def test_an_unknown_border_is_refused():
    target = replace(TARGET, facts={"tensor_border": "integers"})
    with pytest.raises(
        RefusedError,
        match=r"^board: its fact tensor_border is 'integers'; did you mean integer\?; correct the "
        r"target$",
    ):
        to_tflite(residual_network(), target)
