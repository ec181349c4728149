"""Rounding in torch: the integers' values forward, the estimates of two papers backward."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from one_node import QUANTIZATIONS, SEEDS

from compilers.op_parts.arithmetic import dequantize, quantize
from compilers.quantize.qat.fake_quantize import fake_quantize, straight_through
from zoo.graph import Quantization

GRID = Quantization((0.5,), (3,), signed=False)


def _reals(grid: Quantization, seed: int) -> np.ndarray:
    """Return reals around the whole range, many of them ties."""
    random = np.random.default_rng(seed)
    halves = random.integers(2 * grid.qmin - 20, 2 * grid.qmax + 20, 50) / 2 - grid.zero_point[0]
    return np.float32(halves * grid.scale[0])


@given(QUANTIZATIONS, SEEDS, st.sampled_from(("half_even", "half_up")))
def test_reals_become_what_their_integers_stand_for(grid, seed, rounding):
    grid = replace(grid, rounding=rounding)
    reals = _reals(grid, seed)
    found = fake_quantize(torch.from_numpy(reals), torch.tensor(grid.scale[0]), grid)
    assert np.array_equal(found.numpy(), dequantize(quantize(reals, grid), grid))


@given(QUANTIZATIONS, SEEDS)
def test_a_relu_before_is_taken_in(grid, seed):
    reals, scale = torch.from_numpy(_reals(grid, seed)), torch.tensor(grid.scale[0])
    found = fake_quantize(reals, scale, grid, rectify=True)
    assert torch.equal(found, fake_quantize(reals.relu(), scale, grid))


def test_the_gradient_passes_where_nothing_is_clipped():
    reals = torch.tensor([-1.8, -1.7, 0.1, 126.2, 126.3], requires_grad=True)
    fake_quantize(reals, torch.tensor(0.5), GRID).sum().backward()
    assert reals.grad.tolist() == [0, 1, 1, 1, 0]


def test_the_scale_has_the_gradient_of_learned_step_sizes():
    reals, weights = torch.tensor([-9.0, 0.1, 0.9, 200.0]), torch.tensor([1.0, 10.0, 100.0, 1000.0])
    scale = torch.tensor(0.5, requires_grad=True)
    (weights * fake_quantize(reals, scale, GRID)).sum().backward()
    # Clipped: -3 and 252 levels from zero. Else round(v) - v for v = 0.2 and 1.8.
    expected = 1 * -3 + 10 * -0.2 + 100 * 0.2 + 1000 * 252
    assert scale.grad.item() == pytest.approx(expected)


def test_a_rectified_zero_does_not_depend_on_the_scale():
    scale = torch.tensor(0.5, requires_grad=True)
    reals = torch.tensor([-3.0, -0.2], requires_grad=True)
    fake_quantize(reals, scale, GRID, rectify=True).sum().backward()
    assert scale.grad.item() == pytest.approx(0.4 * 0.5 / 0.5)
    assert reals.grad.tolist() == [0, 1]


def test_what_is_stored_takes_the_place_of_reals():
    reals = torch.tensor([0.3, 5.0], requires_grad=True)
    stored = straight_through(reals, torch.tensor([0.5, 2.0]), torch.tensor(0.5))
    stored.sum().backward()
    assert stored.tolist() == [0.5, 2.0]
    assert reals.grad.tolist() == [1, 0]
