"""The time of a layer by arithmetic or by memory."""

from dataclasses import replace

import pytest

from zoo.errors import RefusedError
from zoo.roofline import Roofline

CHIP = Roofline("a chip", macs_per_s=1e9, bytes_per_s=1e8, source="its data sheet")


def test_the_longer_of_both_counts():
    assert CHIP.seconds(1_000_000, 10) == 1e-3
    assert CHIP.seconds(10, 1_000_000) == 1e-2
    assert (CHIP.limit(1_000_000, 10), CHIP.limit(10, 1_000_000)) == ("compute", "memory")


def test_grouped_convolutions_may_have_a_rate_of_their_own_and_layers_a_cost():
    assert CHIP.seconds(1_000_000, 0, is_grouped=True) == 1e-3
    slower = replace(CHIP, depthwise_macs_per_s=1e8, layer_s=1.0)
    assert slower.seconds(1_000_000, 0, is_grouped=True) == 1.01
    assert slower.seconds(1_000_000, 0) == 1.001


@pytest.mark.parametrize("name", ["macs_per_s", "bytes_per_s"])
def test_a_rate_is_above_zero(name):
    with pytest.raises(RefusedError, match=f"roofline of a chip: {name} is 0; expected above 0"):
        replace(CHIP, **{name: 0})
