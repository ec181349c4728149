"""read(write(graph)) == graph, and the same bytes again."""

import numpy as np
import onnx
from hypothesis import given, settings
from hypothesis import strategies as st
from integer_graphs import FORMS, POWER_OF_TWO_FORMS, integer_graphs
from random_graphs import float_graphs, random_feeds

from compilers.hub import read, simplify, write
from compilers.reference import run_graph

SEEDS = st.integers(0, 2**32 - 1)


@given(graph=float_graphs())
@settings(max_examples=50, deadline=None)
def test_float_graphs_come_back(graph):
    content = write(graph)
    assert read(content, "net.onnx") == graph
    assert write(read(content, "net.onnx")) == content


@given(graph=integer_graphs(FORMS | POWER_OF_TWO_FORMS))
@settings(max_examples=60, deadline=None)
def test_integer_graphs_come_back(graph):
    content = write(graph)
    assert read(content, "net.onnx") == graph
    assert write(read(content, "net.onnx")) == content


@given(graph=integer_graphs(FORMS | POWER_OF_TWO_FORMS), seed=SEEDS)
@settings(max_examples=25, deadline=None)
def test_simplified_files_compute_the_same(graph, seed):
    simplified, feeds = (
        read(simplify(write(graph), "net.onnx"), "net.onnx"),
        random_feeds(graph, seed),
    )
    expected = run_graph(graph, feeds)
    for name, value in run_graph(simplified, feeds).items():
        np.testing.assert_array_equal(value, expected[name])
    assert simplified.metadata == graph.metadata
    assert simplified.outputs == graph.outputs


@given(graph=integer_graphs(FORMS | POWER_OF_TWO_FORMS))
@settings(max_examples=20, deadline=None)
def test_written_files_are_valid(graph):
    onnx.checker.check_model(onnx.load_from_string(write(graph)), full_check=True)
