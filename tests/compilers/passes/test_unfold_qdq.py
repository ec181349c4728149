"""From integers to the QDQ form and back."""

import numpy as np
from build_graph import build_graph
from hypothesis import given, settings
from integer_graphs import FORMS, POWER_OF_TWO_FORMS, integer_graphs

from compilers.passes.fix_integers import fix_integers
from compilers.passes.fold_qdq import fold_qdq
from compilers.passes.unfold_qdq import unfold_qdq
from zoo.graph import Node, Quantization

COARSE, FINE = Quantization((0.5,), (3,)), Quantization((0.25,), (-5,), signed=True)


def test_dequantize_before_and_quantize_behind():
    integers = build_graph(
        {"x": ("N", 3)},
        (
            Node("in", "quantize", ("x",), "q"),
            Node("sum", "add", ("q", "q"), "s", {"clamp": (0.0, 6.0)}),
            Node("again", "requantize", ("s",), "r"),
            Node("out", "dequantize", ("r",), "y"),
        ),
        ("y",),
        quantizations={"q": COARSE, "s": COARSE, "r": FINE},
    )
    expected = build_graph(
        {"x": ("N", 3)},
        (
            Node("in", "quantize", ("x",), "q"),
            Node("q/dequantize", "dequantize", ("q",), "q.dequantized"),
            Node(
                "sum",
                "add",
                ("q.dequantized", "q.dequantized"),
                "s.float",
                {"clamp": (0.0, 6.0)},
            ),
            Node("sum/quantize", "quantize", ("s.float",), "s"),
            Node("s/dequantize", "dequantize", ("s",), "s.dequantized"),
            Node("again", "quantize", ("s.dequantized",), "r"),
            Node("out", "dequantize", ("r",), "y"),
        ),
        ("y",),
        quantizations={"q": COARSE, "s": COARSE, "r": FINE},
    )
    assert unfold_qdq(fix_integers(integers)) == expected
    assert fold_qdq(expected) == fix_integers(integers)


def test_constants_stay_integers():
    weight = np.array([[1, -2, 3]], np.int8)
    integers = build_graph(
        {"x": ("N", 3)},
        (
            Node("in", "quantize", ("x",), "q"),
            Node("fc", "dense", ("q", "w"), "d"),
            Node("out", "dequantize", ("d",), "y"),
        ),
        ("y",),
        {"w": weight},
        {"q": COARSE, "w": FINE, "d": COARSE},
    )
    dense = unfold_qdq(fix_integers(integers)).producer("d.float")
    assert dense.inputs == ("q.dequantized", "w")


@given(graph=integer_graphs(FORMS | POWER_OF_TWO_FORMS))
@settings(max_examples=40, deadline=None)
def test_fold_is_the_inverse(graph):
    assert fold_qdq(unfold_qdq(graph)) == graph
