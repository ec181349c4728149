"""The placed graph in torch computes what the integer graph computes."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from moved_module import moved
from networks import residual_network
from quantization import NORMALIZE, contract_of, pixel_feeds, samples
from random_graphs import float_graphs, random_feeds

from compilers.op_parts.arithmetic import dequantize
from compilers.quantize.place import place
from compilers.quantize.power_of_two import fix_point_of
from compilers.quantize.prepare import Prepared, prepare
from compilers.quantize.qat import fake_quantized
from compilers.quantize.qat.fake_quantized import FakeQuantized
from compilers.quantize.qat.graph_module import FloatNetwork, run_torch
from compilers.quantize.qat.train import read_back
from compilers.reference import run_all, run_graph
from compilers.schemes import DPU_POW2, W4A8_ASYM, W8A8_ASYM, W8A8_SYM
from zoo import registry
from zoo.artifact import float_requantization
from zoo.data.processing import preprocess_batch
from zoo.graph import Graph, quantization_of
from zoo.picture import read_picture

GRAPH = residual_network()
FLOAT_SCALES = (W8A8_ASYM, W8A8_SYM, W4A8_ASYM)


def _start(graph: Graph, scheme) -> Prepared:
    return prepare(graph, scheme, samples(graph), contract_of(graph), "minmax", threads=1)


def _lsb(module: FakeQuantized, integer: Graph, feeds: dict[str, np.ndarray]) -> float:
    """Return the largest difference between torch, in float64, and the integers."""
    wanted, grids = run_graph(integer, feeds), module.grids()
    with torch.no_grad():
        found = module.double()({n: torch.from_numpy(x).double() for n, x in feeds.items()})
    differences = (np.abs(found[n].numpy() - w) / grids[n].scale[0] for n, w in wanted.items())
    return max(float(difference.max()) for difference in differences)


@pytest.mark.parametrize("scheme", [*FLOAT_SCALES, DPU_POW2], ids=lambda scheme: scheme.name)
def test_it_starts_where_no_training_ends(scheme):
    start = _start(GRAPH, scheme)
    assert read_back(FakeQuantized(start), GRAPH.outputs) == place(start.graph, start.grids, scheme)


@given(float_graphs(), st.integers(0, 99))
@settings(max_examples=40)
def test_power_of_two_scales_agree_exactly(graph, seed):
    module = moved(_start(graph, DPU_POW2), seed)
    integer = read_back(module, graph.outputs)
    assert _lsb(module, integer, random_feeds(graph, seed, batch=3)) == 0


@given(float_graphs(), st.sampled_from(FLOAT_SCALES), st.integers(0, 99))
@settings(max_examples=40)
def test_float_scales_agree_within_the_bound(graph, scheme, seed):
    module = moved(_start(graph, scheme), seed)
    integer = read_back(module, graph.outputs)
    bound = float_requantization(integer).bound
    # Less than one more, since the reals themselves are rounded.
    assert _lsb(module, integer, random_feeds(graph, seed, batch=3)) < bound + 0.5


@given(st.integers(0, 99))
def test_all_shifts_stay_legal(seed):
    module = moved(_start(GRAPH, DPU_POW2), seed)
    tensors = read_back(module, GRAPH.outputs).tensors
    for node in (node for node in GRAPH.nodes if node.op in ("conv", "dense")):
        output = "landmarks_quantized" if node.output == "landmarks" else node.output
        source = "image_quantized" if node.inputs[0] == "image" else node.inputs[0]
        weight = node.inputs[1]
        x, w, y = (fix_point_of(tensors[n].quantization) for n in (source, weight, output))
        assert 0 <= w + x - y <= 16


def test_pixels_and_shared_scales_are_not_learned_apart():
    feeds = [pixel_feeds(GRAPH, 8)]
    start = prepare(GRAPH, DPU_POW2, feeds, contract_of(GRAPH, NORMALIZE), "mse", threads=1)
    module = moved(start, seed=1)
    grids = module.grids()
    assert grids["image"] == start.grids["image"]
    assert grids["stem"] == grids["residual"] == grids["joined"] == grids["clipped"]


def test_weights_biases_and_scales_get_gradients():
    module = FakeQuantized(_start(GRAPH, W8A8_ASYM))
    feeds = {name: torch.from_numpy(x) for name, x in random_feeds(GRAPH, 0).items()}
    module(feeds)["landmarks"].square().sum().backward()
    for parameter in (*module.weight_parameters(), *module.scale_parameters()):
        assert parameter.grad.abs().max() > 0


@given(float_graphs(), st.integers(0, 99))
@settings(max_examples=20)
def test_the_float_network_is_the_graph(graph, seed):
    feeds = random_feeds(graph, seed)
    found = FloatNetwork(graph)({name: torch.from_numpy(x) for name, x in feeds.items()})
    for name, wanted in run_graph(graph, feeds).items():
        assert found[name].numpy() == pytest.approx(wanted, rel=1e-4, abs=1e-4)
        assert not found[name].requires_grad


def _flips(module: FakeQuantized, integer: Graph, feeds: dict[str, np.ndarray], patch) -> list:
    """Return the differences of each node, in LSB, where all read the reference's values."""
    wanted, differences = run_all(integer, feeds), []

    def stored(name: str, found: torch.Tensor) -> torch.Tensor:
        grid = quantization_of(integer.tensors[names[name]])
        reals = torch.from_numpy(dequantize(wanted[names[name]], grid)).double()
        differences.append(((found - reals) / grid.scale[0]).abs().flatten())
        return reals

    names = _integers_of(integer)
    patch.setattr(
        fake_quantized,
        "run_torch",
        lambda graph, known, store: run_torch(graph, known, lambda n, x: stored(n, store(n, x))),
    )
    with torch.no_grad():
        module.double()({n: torch.from_numpy(x).double() for n, x in feeds.items()})
    return torch.cat(differences)


def _integers_of(integer: Graph) -> dict[str, str]:
    """Return by the name of each real activation the tensor that holds its integers."""
    borders = {n.inputs[0]: n.output for n in integer.nodes if n.op == "quantize"}
    borders |= {n.output: n.inputs[0] for n in integer.nodes if n.op == "dequantize"}
    return {name: borders.get(name, name) for name in integer.tensors}


@pytest.mark.parametrize("scheme", [DPU_POW2, W8A8_SYM, W8A8_ASYM], ids=lambda s: s.name)
def test_the_published_network(scheme, monkeypatch):
    recipe = registry.load("recipe", "pfld_0.25x.300w68")
    hub = recipe.hubs["none"]
    graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    faces = [(read_picture(golden.image), golden.box) for golden in recipe.golden]
    feeds = {"image": preprocess_batch(recipe.contract, faces)[1]}
    start = prepare(graph, scheme, [feeds], recipe.contract, "percentile", threads=1)
    module = FakeQuantized(start)
    integer = read_back(module, graph.outputs)
    if scheme == DPU_POW2:
        assert _lsb(module, integer, feeds) == 0
        return
    # A multiplier of 24 bits only moves what lies as near to a tie as 1e-7 of the range.
    differences = _flips(module, integer, feeds, monkeypatch)
    assert differences.max() < 1 + 1e-3
    assert (differences > 1e-3).float().mean() < 1e-5
