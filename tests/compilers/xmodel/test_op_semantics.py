"""Ops that files of other quantizers have, too."""

import numpy as np
import pytest

from compilers.xmodel.op_semantics import MEANINGS
from compilers.xmodel.real_arrays import Reals
from compilers.xmodel.xir import XirOp, XirTensor, attributes_of
from zoo.errors import ArtifactError

X = np.arange(2 * 4 * 6 * 3, dtype=np.float64).reshape(2, 4, 6, 3)


def _compute(kind: str, inputs: dict, **attributes: object) -> np.ndarray:
    op = XirOp("op", kind, XirTensor("op", (1,)), attributes=attributes_of(attributes))
    reals = MEANINGS[kind](op, {role: list(map(Reals, arrays)) for role, arrays in inputs.items()})
    return reals.numerator / reals.divisor


def test_a_mean_over_axes():
    found = _compute("reduction_mean", {"input": [X]}, axis=(1, 2), keep_dims=False)
    np.testing.assert_allclose(found, X.mean((1, 2)), rtol=1e-12)
    assert _compute("reduction_mean", {"input": [X]}, axis=(1, 2), keep_dims=True).shape == (
        2,
        1,
        1,
        3,
    )


@pytest.mark.parametrize(
    ("start", "end", "shape"), [(1, -1, (2, 72)), (1, 2, (2, 24, 3)), (0, 3, (144,))]
)
def test_flatten(start, end, shape):
    found = _compute("flatten", {"input": [X]}, start_axis=start, end_axis=end)
    np.testing.assert_array_equal(found, X.reshape(shape))


def test_a_leaky_relu():
    found = _compute("leaky-relu", {"input": [X - 10]}, alpha=26 / 256)
    np.testing.assert_array_equal(found, np.where(X < 10, (X - 10) * 26 / 256, X - 10))


def test_pads_never_win_a_maximum():
    window = {"kernel": (3, 2), "stride": (1, 2), "pad": (1, 0, 0, 0)}
    found = _compute("maxpool2d", {"input": [-X - 1]}, **window)
    assert found.shape == (2, 2, 5, 3)
    assert found.max() == -1
    assert np.isfinite(found).all()


def test_a_product_of_matrices_with_and_without_transposes():
    a, b = X.reshape(12, 12), X.reshape(12, 12)[:5]
    for kind, first, second in ((False, a, b), (True, a.T, b)):
        found = _compute("matmul", {"input": [first, second]}, transpose_a=kind, transpose_b=True)
        np.testing.assert_array_equal(found, a @ b.T)


def test_several_operands_are_summed_and_multiplied():
    assert _compute("add", {"input": [X, X, X]})[0, 0, 0, 1] == 3
    assert _compute("mul", {"input": [X, X, X]})[0, 0, 0, 2] == 8


def test_means_that_leave_pads_out_are_refused():
    window = {"kernel": (2, 2), "stride": (1, 1), "pad": (1, 0, 0, 0)}
    with pytest.raises(ArtifactError, match="its pads do not count as pixels; only averages over"):
        _compute("avgpool2d", {"input": [X]}, **window, count_include_pad=False)
