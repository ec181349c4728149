"""The built-in schemes are what their names say."""

import pytest

from compilers import schemes
from zoo import registry

SCHEMES = [getattr(schemes, name) for name in schemes.__all__]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_is_registered_under_its_name(scheme):
    assert registry.load("scheme", scheme.name) is scheme


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
def test_is_consistent(scheme):
    assert -(1 << (scheme.weight_bits - 1)) <= scheme.weight_qmin < 0
    if scheme.activation_symmetric:
        assert scheme.activation_signed
    if scheme.fix_point is None:
        assert scheme.bias_bits == 32 or scheme.shift_bias is not None
        assert scheme.weight_per_channel or scheme.equalize
