"""Float scales of weights and biases."""

from math import inf

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from compilers.quantize.float_scales import fit_float_scales
from compilers.quantize.weighted import Weighted
from compilers.schemes import W4A8_ASYM, W8A8_ASYM
from zoo.fixed_point import fix_factors
from zoo.graph import Node, Tensor

SCALES = st.floats(1e-6, 1e3)


def _weighted(weight: np.ndarray, bias: np.ndarray) -> Weighted:
    node = Node("dense", "dense", ("x", "w", "b"), "y", {"clamp": (0.0, inf)})
    tensors = (Tensor(n, d.shape, data=d) for n, d in (("w", weight), ("b", bias)))
    return Weighted(node, *tensors, axis=0)


def test_the_largest_weight_of_each_channel_is_the_largest_integer():
    weight = np.array([[1.0, -2.0], [0.25, 0.5]], np.float32)
    for scheme, qmax in ((W8A8_ASYM, 127), (W4A8_ASYM, 7)):
        grids = fit_float_scales(_weighted(weight, np.zeros(2, np.float32)), 0.5, 1.0, scheme)
        expected = np.array([2.0, 0.5], np.float32) / np.float32(qmax)
        np.testing.assert_allclose(grids[0].scale, expected, rtol=1e-7)
        np.testing.assert_array_equal(grids[1].scale, np.float32(grids[0].scale) * np.float32(0.5))
        assert (grids[0].axis, grids[1].axis, grids[1].bits) == (0, 0, 32)


@given(st.floats(0, 1e-3), st.floats(-100, 100), SCALES, SCALES)
def test_nearly_dead_channels_keep_their_bias(weight, bias, scale_in, scale_out):
    weighted = _weighted(np.full((1, 1), weight, np.float32), np.full(1, bias, np.float32))
    grids = fit_float_scales(weighted, scale_in, scale_out, W8A8_ASYM)
    assert abs(bias) / grids[1].scale[0] <= 2**30 * 1.001
    fix_factors([scale_in * grids[0].scale[0] / scale_out])
