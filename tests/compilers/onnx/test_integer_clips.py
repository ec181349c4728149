"""Clips of integers: same results, three nodes less."""

from collections import Counter

import numpy as np
import onnx
from hypothesis import given, settings
from onnx_runtime import run_onnx
from quantization import quantized, samples
from random_graphs import float_graphs

from compilers.hub import HUB
from compilers.onnx.integer_clips import clip_integers
from compilers.onnx.integer_form import separate_clamps, to_uint8
from compilers.schemes import W8A8_SYM


@given(float_graphs())
@settings(max_examples=40, deadline=None)
def test_the_file_computes_the_same(graph):
    lowered = separate_clamps(to_uint8(quantized(graph, W8A8_SYM, correct_bias=False)))
    before = HUB.write(lowered)
    after = clip_integers(before, lowered)
    onnx.checker.check_model(after, full_check=True)
    feeds = next(samples(graph))
    wanted, found = run_onnx(before, feeds), run_onnx(after, feeds)
    for name in graph.outputs:
        np.testing.assert_array_equal(found[name], wanted[name])
    ops = Counter(node.op_type for node in onnx.load_from_string(after).graph.node)
    assert ops["Relu"] == 0
    assert ops["Clip"] == sum(node.op == "clip" for node in lowered.nodes)
