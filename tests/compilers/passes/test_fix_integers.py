"""Constants follow from the tensors alone."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from integer_graphs import FORMS, IntegerForm, integer_graph, integer_graphs
from networks import residual_network

from compilers.passes.fix_integers import fix_integers
from zoo.errors import QuantizeError


@given(graph=integer_graphs(FORMS))
@settings(max_examples=20, deadline=None)
def test_lost_constants_are_computed_again(graph):
    stripped = graph.replace(replace(node, integer={}) for node in graph.nodes)
    assert fix_integers(stripped) == graph


def test_float_graphs_have_none():
    graph = residual_network()
    assert fix_integers(graph) == graph


def test_tensors_without_quantization_are_named():
    graph = integer_graph(residual_network(), IntegerForm())
    real = replace(graph.tensors["stem"], dtype="float32", quantization=None)
    with pytest.raises(QuantizeError) as caught:
        fix_integers(graph.replace(graph.nodes, [real]))
    assert str(caught.value) == (
        "tensor 'stem' is float beside quantized tensors; quantize the whole graph"
    )
