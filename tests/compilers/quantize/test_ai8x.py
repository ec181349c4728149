"""Scheme ai8x: the Graph's integers are those of the MAX78000's accelerator."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_chain import layer_chain
from moved_module import moved
from numpy.lib.stride_tricks import sliding_window_view
from quantization import NORMALIZE, contract_of, pixel_feeds

from compilers.hub import read, write
from compilers.quantize.power_of_two import fix_point_of
from compilers.quantize.prepare import prepare
from compilers.quantize.ptq import QUANTIZER
from compilers.quantize.qat.agreement import agreement
from compilers.quantize.qat.distil import Schedule, distil
from compilers.quantize.qat.fake_quantized import FakeQuantized
from compilers.quantize.qat.graph_module import FloatNetwork
from compilers.quantize.qat.train import read_back
from compilers.reference import run_graph
from compilers.schemes import AI8X
from zoo.graph import Graph, quantization_of
from zoo.plugs import QuantizeOptions
from zoo.scheme import Override

WIDTHS = (1, 2, 4, 8)


def _quantized(graph: Graph, scheme=AI8X, calibrator: str = "mse") -> Graph:
    contract, options = contract_of(graph, NORMALIZE), QuantizeOptions(calibrator=calibrator)
    return QUANTIZER.quantize(graph, scheme, [pixel_feeds(graph, 4)], contract, options)


@st.composite
def chains(draw: st.DrawFn) -> Graph:
    """Return float networks of two to four layers, with integers of other widths by layer."""
    channels = draw(st.lists(st.integers(1, 6), min_size=1, max_size=3))
    source = draw(st.integers(1, 3)), draw(st.integers(8, 13))
    graph = layer_chain(channels, source, seed=draw(st.integers(0, 99)), bias=draw(st.booleans()))
    layers = [node.name for node in graph.nodes if node.op in ("conv", "dense")]
    bits = draw(st.lists(st.sampled_from(WIDTHS), min_size=len(layers), max_size=len(layers)))
    overrides = tuple(Override(name, width) for name, width in zip(layers, bits, strict=True))
    return _quantized(graph, replace(AI8X, overrides=overrides))


def _on_chip(graph: Graph, image: np.ndarray) -> np.ndarray:
    """Return the last layer's sums, as the vendor's tool describes the accelerator.

    image: [C, H, W], the integers of the input.
    """
    x = image
    grids = {name: tensor.quantization for name, tensor in graph.tensors.items()}
    for node in graph.nodes:
        if node.op == "max_pool":
            c, h, w = x.shape
            x = x[:, : h // 2 * 2, : w // 2 * 2].reshape(c, h // 2, 2, w // 2, 2).max((2, 4))
        if node.op not in ("conv", "dense"):
            continue
        weight, bias = (graph.tensors[name].data.astype(np.int64) for name in node.inputs[1:])
        if node.op == "dense":
            return weight @ x.reshape(-1) + 128 * bias
        windows = sliding_window_view(np.pad(x, ((0, 0), (1, 1), (1, 1))), (3, 3), (1, 2))
        acc = np.einsum("chwij,ocij->ohw", windows, weight) + 128 * bias[:, None, None]
        points = [fix_point_of(grids[name]) for name in (*node.inputs[:2], node.output)]
        exponent = 7 - (points[0] + points[1] - points[2])
        assert -15 <= exponent <= 15
        x = np.clip(np.floor(acc * 2.0**exponent / 128 + 0.5), 0, 127).astype(np.int64)
    raise AssertionError("no dense layer")


@given(chains(), st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_the_reference_computes_what_the_accelerator_computes(graph, seed):
    reals = pixel_feeds(graph, 2, seed)
    (result,) = run_graph(graph, reals).values()
    grid = quantization_of(graph.border.outputs["logits"])
    assert (grid.dtype, grid.zero_point) == ("int32", (0,))
    for image, found in zip(reals["image"], result, strict=True):
        wanted = _on_chip(graph, np.rint(image * 128).astype(np.int64))
        assert np.array_equal(found, wanted.astype(np.float32) * np.float32(grid.scale[0]))


@given(chains())
@settings(max_examples=10, deadline=None)
def test_a_hub_holds_every_width_and_the_sums(graph):
    assert read(write(graph), "net.onnx") == graph


@given(chains())
@settings(max_examples=10, deadline=None)
def test_bits_and_biases_are_the_chips(graph):
    for node in graph.nodes:
        if node.op in ("conv", "dense"):
            weight, bias = (graph.tensors[name] for name in node.inputs[1:])
            grid = quantization_of(weight)
            assert grid.qmin <= weight.data.min() <= weight.data.max() <= grid.qmax
            assert bias.dtype == "int8"
            shifts = node.integer.get("bias_shift", (0,))
            assert set(shifts) == {7}


def test_a_layer_with_an_activation_stores_8_bits_at_the_networks_end():
    graph = layer_chain((4,))
    nodes = [
        node.with_attributes(clamp=(0.0, float("inf"))) if node.op == "dense" else node
        for node in graph.nodes
    ]
    integer = _quantized(graph.replace(nodes))
    assert integer.border.outputs["logits"].dtype == "int8"


@pytest.mark.parametrize("calibrator", ["auto", "minmax"])
def test_every_calibrator_gives_legal_networks(calibrator):
    graph = layer_chain((4, 6), bias=True, seed=3)
    integer = _quantized(graph, calibrator=calibrator)
    feeds = pixel_feeds(graph, 8, 5)
    wanted, found = (run_graph(each, feeds)["logits"] for each in (graph, integer))
    assert np.abs(wanted - found).max() < 0.2 * np.abs(wanted).max()


@given(st.integers(0, 99), st.sampled_from(WIDTHS))
@settings(max_examples=12, deadline=None)
def test_wherever_training_moves_it_torch_equals_the_integers(seed, width):
    graph = layer_chain((3, 4), seed=seed, bias=True)
    scheme = replace(AI8X, overrides=(Override("conv*", width),))
    feeds, contract = [pixel_feeds(graph, 4)], contract_of(graph, NORMALIZE)
    module = moved(prepare(graph, scheme, feeds, contract, "mse", threads=1), seed)
    integer = read_back(module, graph.outputs)
    assert [check.holds for check in agreement(module, integer, feeds[0])] == [True]


def test_a_tiny_network_trains():
    graph = layer_chain((4, 6), seed=1)
    scheme = replace(AI8X, overrides=(Override("*", 2),))
    feeds, contract = [pixel_feeds(graph, 64)], contract_of(graph, NORMALIZE)
    start = prepare(graph, scheme, feeds, contract, "mse", threads=1)
    module, teacher = FakeQuantized(start), FloatNetwork(start.graph)
    images = {"image": torch.from_numpy(feeds[0]["image"])}

    def loss() -> float:
        with torch.no_grad():
            return float((module(images)["logits"] - teacher(images)["logits"]).square().mean())

    before = loss()
    distil(module, teacher, images, Schedule(epochs=6, batch_size=16, weight_rate=3e-3), seed=0)
    assert loss() < 0.85 * before
    integer = read_back(module, graph.outputs)
    assert [check.holds for check in agreement(module, integer, feeds[0])] == [True]
