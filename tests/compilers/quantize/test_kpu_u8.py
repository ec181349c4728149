"""Scheme kpu-u8: what the K210's KPU stores, in every network."""

from dataclasses import replace

import numpy as np
import pytest
from generated_c import assert_exact
from hypothesis import assume, given, settings
from networks import residual_network
from onnx_runtime import run_onnx
from quantization import quantized, samples
from random_graphs import float_graphs

from compilers.hub import read, write
from compilers.reference import run_all, run_graph, run_node
from compilers.schemes import KPU_U8, W8A8_ASYM
from zoo.graph import Graph

_ON_CHIP = ("add", "average_pool", "conv", "dense", "requantize")


@given(float_graphs())
@settings(max_examples=8)
def test_every_node_is_near_onnx_runtime(graph):
    integer = quantized(graph, KPU_U8)
    assert read(write(integer), "net.onnx") == integer
    (feeds,) = samples(graph, 1, seed=7)
    inside = [name for name, tensor in integer.tensors.items() if tensor.quantization]
    names = [name for name in inside if not integer.tensors[name].is_constant]
    theirs = run_onnx(write(integer), feeds, names)
    for node in integer.nodes:
        if node.output in theirs and node.op != "quantize":
            known = {name: theirs[name] for name in node.inputs if name in theirs}
            ours = run_node(integer, node, known).astype(int)
            assert np.abs(ours - theirs[node.output]).max() <= 1, node.op


@pytest.mark.parametrize("calibrator", ["auto", "mse"])
def test_what_the_chip_computes_has_its_constants(calibrator):
    integer = quantized(residual_network(), KPU_U8, calibrator=calibrator)
    stored = {node.op for node in integer.nodes if "bn_multiplier" in node.integer}
    assert {"add", "average_pool", "conv", "dense"} <= stored <= set(_ON_CHIP)
    for node in integer.nodes:
        if node.op in _ON_CHIP:
            assert "multiplier" not in node.integer


@pytest.mark.toolchain
@given(float_graphs())
@settings(max_examples=4)
def test_c_agrees_to_the_last_bit(graph):
    assume(graph.tensors[graph.inputs[0]].shape[0] != 3)  # a fixed batch is refused
    assert_exact(quantized(graph, KPU_U8, calibrator="minmax"))


def test_concat_copies_bytes():
    integer = quantized(residual_network(), KPU_U8)
    (node,) = (node for node in integer.nodes if node.op == "concat")
    grids = {integer.tensors[name].quantization for name in (*node.inputs, node.output)}
    assert len(grids) == 1


def test_the_network_is_as_accurate_as_with_one_rounding():
    graph = residual_network()
    losses = [_loss(graph, quantized(graph, scheme)) for scheme in (KPU_U8, W8A8_ASYM)]
    assert losses[0] < 1.5 * losses[1]


def test_a_nearly_dead_channel_keeps_its_bias():
    graph = residual_network()
    weight, bias = (graph.tensors[name] for name in ("stem.weight", "stem.bias"))
    faint, level = np.array(weight.data), np.array(bias.data)
    faint[2], level[2] = 1e-9, 1.25
    changed = [replace(weight, data=faint), replace(bias, data=level)]
    graph = graph.replace(graph.nodes, changed)
    integer = quantized(graph, KPU_U8, calibrator="minmax", correct_bias=False)
    (feeds,) = samples(graph, 1)
    stem = run_all(integer, feeds)["stem"][:, 2]
    grid = integer.tensors["stem"].quantization
    np.testing.assert_allclose(
        (stem - grid.zero_point[0]) * grid.scale[0], 1.25, atol=grid.scale[0]
    )


def _loss(graph: Graph, integer: Graph) -> float:
    (feeds,) = samples(graph, 1, seed=9)
    wanted, found = (run_graph(each, feeds)["landmarks"] for each in (graph, integer))
    return float(np.mean((wanted - found) ** 2))
