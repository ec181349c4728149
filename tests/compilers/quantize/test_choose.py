"""The calibrator 'auto' keeps what loses least."""

import json
from dataclasses import replace

import numpy as np
import pytest
from networks import residual_network
from quantization import NORMALIZE, contract_of, pixel_feeds

from compilers.hub import HUB
from compilers.quantize.ptq import QUANTIZER
from compilers.reference import run_graph
from compilers.schemes import DPU_POW2, W8A8_ASYM, W8A8_SYM
from zoo.graph import Graph, Node, Tensor
from zoo.plugs import QuantizeOptions
from zoo.proof.loss import relative_loss

GRAPH = residual_network()
STEP = {"strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (1, 1), "group": 1}


def _auto(graph, scheme, feeds, held_out=()):
    contract = contract_of(graph, NORMALIZE)
    return QUANTIZER.quantize(graph, scheme, feeds, contract, QuantizeOptions(held_out=held_out))


@pytest.mark.parametrize("scheme", [W8A8_ASYM, W8A8_SYM, DPU_POW2], ids=lambda s: s.name)
def test_no_single_choice_is_better_on_what_was_held_out(scheme):
    feeds, held_out = pixel_feeds(GRAPH, 32), pixel_feeds(GRAPH, 16, seed=1)
    wanted = run_graph(GRAPH, held_out)["landmarks"]
    contract = contract_of(GRAPH, NORMALIZE)

    def loss(options, equalize):
        form = replace(scheme, equalize=equalize)
        integer = QUANTIZER.quantize(GRAPH, form, [feeds], contract, options)
        return relative_loss(wanted, run_graph(integer, held_out)["landmarks"], 4)

    best = loss(QuantizeOptions(held_out=[held_out]), scheme.equalize)
    for calibrator in ("minmax", "percentile", "mse"):
        for equalize in (False, True):
            options = QuantizeOptions(calibrator, correct_bias=False)
            assert best <= loss(options, equalize) * (1 + 1e-3)


def test_metadata_tell_the_choice_and_what_was_tried():
    found = _auto(GRAPH, DPU_POW2, [pixel_feeds(GRAPH, 12)], [pixel_feeds(GRAPH, 5)]).metadata
    tried = json.loads(found["zoo.tried"])
    assert [way["loss"] for way in tried] == sorted(way["loss"] for way in tried)
    assert len(tried) == 6
    assert found["zoo.calibrator"] == tried[0]["calibrator"]
    assert found["zoo.equalization"] == ("yes" if tried[0]["equalized"] else "no")
    assert found["zoo.bias_correction"] == ("yes" if tried[0]["bias_correction"] else "no")
    assert found["zoo.compensation"] == ("yes" if tried[0]["compensation"] else "no")
    assert found["zoo.judged_on"] == "5 samples held out"


def test_without_samples_apart_those_of_calibration_judge():
    found = _auto(GRAPH, W8A8_ASYM, [pixel_feeds(GRAPH, 12)]).metadata
    assert found["zoo.judged_on"] == "12 samples of calibration"


def test_same_samples_same_bytes():
    first, second = (
        _auto(GRAPH, W8A8_ASYM, [pixel_feeds(GRAPH, 30)], [pixel_feeds(GRAPH, 20)])
        for _ in range(2)
    )
    assert HUB.write(first) == HUB.write(second)


def _depthwise_spread(spread: float) -> Graph:
    """Depthwise channels of very different size, which the next layer makes equal again."""
    random = np.random.default_rng(0)
    sizes = spread ** np.linspace(-0.5, 0.5, 8).reshape(8, 1, 1, 1)
    constants = {
        "w": random.normal(0, 0.5, (8, 3, 1, 1)),
        "b": random.normal(0, 0.3, 8),
        "d": random.uniform(0.5, 1, (8, 1, 1, 1)) * sizes,
        "v": random.normal(0, 0.3, (4, 8, 1, 1)) / sizes.reshape(1, 8, 1, 1),
    }
    shapes = {"x": 3, "a": 8, "c": 8, "y": 4}
    tensors = {
        name: Tensor(name, data.shape, data=data.astype(np.float32))
        for name, data in constants.items()
    }
    tensors |= {n: Tensor(n, ("N", c, 6, 6), layout="NCHW") for n, c in shapes.items()}
    relu = {**STEP, "clamp": (0.0, float("inf"))}
    nodes = (
        Node("first", "conv", ("x", "w", "b"), "a", relu),
        Node("depthwise", "conv", ("a", "d"), "c", {**relu, "group": 8}),
        Node("last", "conv", ("c", "v"), "y", STEP),
    )
    return Graph("spread", ("x",), ("y",), tensors, nodes)


@pytest.mark.parametrize("scheme", [W8A8_ASYM, W8A8_SYM, DPU_POW2], ids=lambda s: s.name)
def test_channels_of_very_different_size_are_equalised(scheme):
    graph = _depthwise_spread(1e4)
    feeds = pixel_feeds(graph, 32, seed=1)
    integer = _auto(graph, scheme, [pixel_feeds(graph, 32)])
    lost = relative_loss(run_graph(graph, feeds)["y"], run_graph(integer, feeds)["y"])
    assert (integer.metadata["zoo.equalization"], lost < 0.05) == ("yes", True), lost


def _rare(graph: Graph, seed: int) -> dict:
    """Faint pictures, two of whose 26,000 values are three times as large as all others."""
    feeds = np.round(pixel_feeds(graph, 34, seed)["x"] * 38) / 128
    feeds[[3, 30], 0, 7, 7] = 1 - 1 / 128
    return {"x": feeds.astype(np.float32)}


def test_largest_answers_are_not_cut_off_for_being_rare():
    tensors = {
        **{n: Tensor(n, ("N", 3, 16, 16), layout="NCHW") for n in ("x", "a", "y")},
        **{
            n: Tensor(n, (3, 3, 1, 1), data=3 * np.eye(3).reshape(3, 3, 1, 1).astype(np.float32))
            for n in ("w", "v")
        },
    }
    nodes = (
        Node("first", "conv", ("x", "w"), "a", STEP),
        Node("last", "conv", ("a", "v"), "y", STEP),
    )
    graph = Graph("rare", ("x",), ("y",), tensors, nodes)
    integer = _auto(graph, DPU_POW2, [_rare(graph, 0)], [_rare(graph, 1)])
    feeds = _rare(graph, 2)
    wanted, found = (run_graph(g, feeds)["y"] for g in (graph, integer))
    assert np.abs(found - wanted).max() < 0.1 * np.abs(wanted).max()
