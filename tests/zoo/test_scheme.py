"""Schemes with other bits for some tensors."""

from dataclasses import replace

import pytest

from compilers.schemes import DPU_POW2, W4A8_ASYM, W8A8_ASYM, W8A16_ASYM
from zoo.errors import QuantizeError
from zoo.scheme import Override


def test_without_overrides_every_tensor_has_the_schemes_own():
    assert W8A8_ASYM.at("any", "name") == W8A8_ASYM
    assert W8A8_ASYM.record == {"zoo.scheme": "w8a8-asym"}


def test_a_pattern_is_that_of_the_node_or_of_its_tensor_and_later_ones_win():
    scheme = replace(
        W8A8_ASYM,
        overrides=(
            Override("/block*/conv", 4),
            Override("w.stem", 4),
            Override("/block2/*", 8, 16),
        ),
    )
    assert scheme.at("/block1/conv", "w").weight_bits == 4
    assert scheme.at("/stem", "w.stem").weight_bits == 4
    assert scheme.at("/stem", "W.stem").weight_bits == 8
    last = scheme.at("/block2/conv")
    assert (last.weight_bits, last.activation_bits) == (8, 16)
    assert '"pattern": "w.stem"' in scheme.record["zoo.overrides"]


def test_16_bits_beside_8_are_signed_around_0():
    scheme = replace(W8A8_ASYM, overrides=(Override("stem", activation_bits=16),))
    wide, byte = scheme.at("stem"), scheme.at("head")
    assert (wide.activation_signed, wide.activation_symmetric) == (True, True)
    assert (byte.activation_signed, byte.activation_symmetric) == (False, False)
    narrow = replace(W8A16_ASYM, overrides=(Override("stem", activation_bits=8),)).at("stem")
    assert (narrow.activation_signed, narrow.activation_symmetric) == (False, False)


@pytest.mark.parametrize(
    ("scheme", "bits", "lowest"),
    [(W8A8_ASYM, 4, -7), (W4A8_ASYM, 8, -127), (DPU_POW2, 4, -8), (DPU_POW2, 8, -128)],
)
def test_a_narrow_range_stays_narrow(scheme, bits, lowest):
    assert replace(scheme, overrides=(Override("*", bits),)).at("w").weight_qmin == lowest


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ({"weight_bits": 3}, "weight_bits is 3; allowed: 4 or 8"),
        ({"bias_bits": 7}, "bias_bits is 7; allowed: 8 or 16 or 32"),
        ({"weight_qmin": 5}, "weight_qmin is 5; allowed: -128 or -127"),
        ({"scale": "log"}, "scale is 'log'; allowed: 'float' or 'power_of_two'"),
        ({"activation_rounding": "up"}, "activation_rounding is 'up'; allowed: 'half_even' or"),
        ({"overrides": (("x", 4),)}, r"overrides is .*; allowed: a tuple of zoo.scheme.Override"),
    ],
)
def test_values_that_nothing_computes_with_are_refused(field, message):
    with pytest.raises(QuantizeError, match=f"^scheme 'w8a8-asym': {message}"):
        replace(W8A8_ASYM, **field)


@pytest.mark.parametrize(
    ("bits", "message"),
    [
        ({"weight_bits": 5}, "override of 'stem': weight_bits is 5; allowed are 1, 2, 4 and 8"),
        ({"activation_bits": 4}, "override of 'stem': activation_bits is 4; allowed are 8 and 16"),
    ],
)
def test_other_bits_are_refused(bits, message):
    with pytest.raises(QuantizeError, match=message):
        Override("stem", **bits)
