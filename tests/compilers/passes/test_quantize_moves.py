"""Moves of dequantized values get quantizers of their own."""

from math import inf

import pytest
from build_graph import build_graph

from compilers.passes.quantize_moves import quantize_moves
from zoo.graph import Graph, Node, Quantization

COARSE, FINE = Quantization((0.5,), (3,)), Quantization((0.25,), (3,))
IN = (Node("in", "quantize", ("x",), "q"), Node("deq", "dequantize", ("q",), "d"))
FLAT = {"shape": (4,)}


def _graph(*nodes: Node, **quantizations: Quantization) -> Graph:
    return build_graph(
        {"x": ("N", 2, 2)}, (*IN, *nodes), ("y",), {}, {"q": COARSE, **quantizations}
    )


def test_move_to_a_float_output(same_outputs):
    before = _graph(Node("flat", "reshape", ("d",), "y", FLAT))
    expected = _graph(
        Node("flat", "reshape", ("d",), "y.float", FLAT),
        Node("flat/quantize", "quantize", ("y.float",), "y.quantized"),
        Node("flat/dequantize", "dequantize", ("y.quantized",), "y"),
        **{"y.quantized": COARSE},
    )
    assert quantize_moves(before) == expected
    same_outputs(before, expected)


def test_move_to_another_scale(same_outputs):
    behind = (Node("r", "quantize", ("f",), "r"), Node("out", "dequantize", ("r",), "y"))
    before = _graph(Node("flat", "reshape", ("d",), "f", FLAT), *behind, r=FINE)
    expected = _graph(
        Node("flat", "reshape", ("d",), "f.float", FLAT),
        Node("flat/quantize", "quantize", ("f.float",), "f.quantized"),
        Node("flat/dequantize", "dequantize", ("f.quantized",), "f"),
        *behind,
        **{"r": FINE, "f.quantized": COARSE},
    )
    assert quantize_moves(before) == expected
    same_outputs(before, expected)


def test_move_to_the_same_scale_stays():
    behind = (Node("r", "quantize", ("f",), "r"), Node("out", "dequantize", ("r",), "y"))
    before = _graph(Node("flat", "reshape", ("d",), "f", FLAT), *behind, r=COARSE)
    assert quantize_moves(before) == before


@pytest.mark.parametrize(("high", "count"), [(inf, 5), (0.3, 3)])
def test_only_clips_to_zero_move_values(high, count):
    graph = _graph(Node("act", "clip", ("d",), "y", {"low": 0.0, "high": high}))
    assert len(quantize_moves(graph).nodes) == count


def test_float_values_are_left_alone():
    before = build_graph({"x": ("N", 2, 2)}, (Node("flat", "reshape", ("x",), "y", FLAT),), ("y",))
    assert quantize_moves(before) == before
