"""Quantization of activations: what is known before, and what is observed."""

from dataclasses import replace

import numpy as np
import pytest
from networks import residual_network
from quantization import NORMALIZE, contract_of, pixel_feeds

from compilers.quantize.activations import fit_activations
from compilers.quantize.calibrate import calibrate
from compilers.quantize.histogram import measure
from compilers.schemes import DPU_POW2, W8A8_ASYM, W8A8_SYM
from zoo.contract import Step
from zoo.errors import QuantizeError
from zoo.graph import Graph, Node, Quantization, Tensor

GRAPH = residual_network()
ZERO_TO_ONE = Step("normalize", {"mean": [0] * 3, "std": [256] * 3})


def _fit(scheme, step, graph=GRAPH, calibrator="minmax"):
    seen = calibrate(graph, [pixel_feeds(graph, 4)], keep=0, threads=1)
    return fit_activations(graph, seen.histograms, scheme, contract_of(graph, step), calibrator)


@pytest.mark.parametrize(
    ("scheme", "step", "scale", "zero_point"),
    [
        (W8A8_ASYM, NORMALIZE, 1 / 128, 128),
        (W8A8_SYM, NORMALIZE, 1 / 128, 0),
        (DPU_POW2, NORMALIZE, 1 / 128, 0),
        (replace(W8A8_ASYM, activation_signed=True), NORMALIZE, 1 / 128, 0),
    ],
)
def test_pixels_are_the_integers(scheme, step, scale, zero_point):
    grid = _fit(scheme, step)["image"]
    assert (grid.scale, grid.zero_point) == ((scale,), (zero_point,))


def test_pixels_that_no_symmetric_grid_holds_are_observed():
    graph = GRAPH
    feeds = {"image": np.float32(0.5) * (pixel_feeds(graph, 4)["image"] + 1)}
    seen = calibrate(graph, [feeds], keep=0, threads=1)
    contract = contract_of(graph, ZERO_TO_ONE)
    grid = fit_activations(graph, seen.histograms, W8A8_SYM, contract, "minmax")["image"]
    assert grid.scale[0] == pytest.approx(feeds["image"].max() / 127)


def test_every_activation_has_its_own_unless_it_must_share():
    grids = _fit(W8A8_ASYM, NORMALIZE)
    assert sorted(grids) == sorted(t.name for t in GRAPH.tensors.values() if not t.is_constant)
    assert grids["joined"] == grids["clipped"]
    own = ("image", "stem", "depthwise", "pointwise", "pooled", "landmarks")
    assert len({grids[name] for name in own}) == len(own)


def test_an_output_of_known_range_needs_no_observation():
    tensors = {
        "x": Tensor("x", ("N", 3, 4, 4), layout="NCHW"),
        "p": Tensor("p", ("N", 3, 4, 4), layout="NCHW"),
    }
    graph = Graph(
        "net", ("x",), ("p",), tensors, (Node("softmax", "softmax", ("x",), "p", {"axis": 1}),)
    )
    assert _fit(W8A8_ASYM, NORMALIZE, graph)["p"] == Quantization((1 / 256,), (0,), signed=False)
    assert _fit(W8A8_SYM, NORMALIZE, graph)["p"].zero_point == (0,)


def test_what_the_network_returns_is_never_clipped():
    seen = dict(calibrate(GRAPH, [pixel_feeds(GRAPH, 4)], keep=0, threads=1).histograms)
    outlier = np.full((1, 100_000), 1, np.float32)
    outlier[0, 0] = 51
    seen |= dict.fromkeys(("landmarks", "stem"), measure(outlier))
    contract = contract_of(GRAPH, NORMALIZE)
    grids = fit_activations(GRAPH, seen, W8A8_ASYM, contract, "percentile")
    assert grids["landmarks"].scale[0] == pytest.approx(51 / 255)
    assert grids["stem"].scale[0] < 0.01


def test_a_contract_for_another_input_is_refused():
    contract = contract_of(GRAPH, NORMALIZE)
    other = replace(contract, input=replace(contract.input, name="photo"))
    seen = calibrate(GRAPH, [pixel_feeds(GRAPH, 4)], keep=0, threads=1)
    with pytest.raises(
        QuantizeError,
        match=r"^graph 'residual': the contract's input 'photo' is not one of its inputs image; ",
    ):
        fit_activations(GRAPH, seen.histograms, W8A8_ASYM, other, "minmax")


def test_pixels_that_were_not_normalised_are_refused():
    feeds = {"image": pixel_feeds(GRAPH, 4)["image"] * 128 + 128}
    seen = calibrate(GRAPH, [feeds], keep=0, threads=1)
    with pytest.raises(
        QuantizeError,
        match=r"^calibration input 'image' has values from 0 to 255; pixels that the contract has "
        r"normalised are between -1 and 0\.992188: give images that went through",
    ):
        fit_activations(GRAPH, seen.histograms, W8A8_ASYM, contract_of(GRAPH, NORMALIZE), "minmax")
