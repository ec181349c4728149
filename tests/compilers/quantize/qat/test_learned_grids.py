"""Scales of activations as parameters."""

import pytest
import torch
from networks import residual_network
from quantization import NORMALIZE, contract_of, pixel_feeds

from compilers.quantize.prepare import prepare
from compilers.quantize.qat.learned_grids import LearnedGrids
from compilers.schemes import DPU_POW2, Q9, W8A8_ASYM

GRAPH = residual_network()


def _grids(scheme) -> LearnedGrids:
    feeds = [pixel_feeds(GRAPH, 8)]
    return LearnedGrids(
        prepare(GRAPH, scheme, feeds, contract_of(GRAPH, NORMALIZE), "minmax", threads=1)
    )


def _grown(grids: LearnedGrids, growth: float) -> float:
    """Return by which factor the scale of 'pooled' has changed; its zero point must not."""
    with torch.no_grad():
        grids.growth.fill_(growth)
    before, after = grids.start.grids["pooled"], grids.grids()["pooled"]
    assert after.zero_point == before.zero_point
    return after.scale[0] / before.scale[0]


@pytest.mark.parametrize("scheme", [W8A8_ASYM, DPU_POW2], ids=lambda scheme: scheme.name)
def test_they_start_as_calibrated(scheme):
    grids = _grids(scheme)
    assert grids.grids() == grids.start.grids


def test_a_given_grid_is_not_learned():
    grids = _grids(Q9)
    assert not grids.index
    assert {grid.scale for grid in grids.grids().values()} == {(2.0**-9,)}


def test_float_scales_grow_by_any_factor():
    assert _grown(_grids(W8A8_ASYM), 0.3) == pytest.approx(2**0.3)


@pytest.mark.parametrize(("growth", "factor"), [(0.4, 1), (0.6, 2), (-0.6, 0.5), (-2.3, 0.25)])
def test_power_of_two_scales_grow_by_powers_of_two(growth, factor):
    assert _grown(_grids(DPU_POW2), growth) == factor


def test_pixels_are_not_learned_and_shared_scales_are_one_parameter():
    grids = _grids(DPU_POW2)
    assert "image" not in grids.index
    assert len({grids.index[name] for name in ("stem", "residual", "joined", "clipped")}) == 1
    assert len(grids.growth) == len(set(grids.index.values()))


@pytest.mark.parametrize("scheme", [W8A8_ASYM, DPU_POW2], ids=lambda scheme: scheme.name)
def test_the_gradient_of_a_scale_reaches_its_logarithm(scheme):
    grids, values = _grids(scheme), torch.zeros(2, 8, 1, 1)
    grid = grids.grids()["pooled"]
    scale = grids.scale("pooled", grid, values)
    assert scale.item() == grid.scale[0]
    scale.backward()
    damping = (values.numel() * grid.qmax) ** -0.5
    expected = grid.scale[0] * torch.log(torch.tensor(2.0)) * damping
    assert grids.growth.grad[grids.index["pooled"]] == pytest.approx(expected.item())
    assert grids.growth.grad.count_nonzero() == 1
