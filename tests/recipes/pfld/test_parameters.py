"""Parameter counts against those that the thesis states."""

import pytest

pytest.importorskip("torch")

from recipes.pfld.net import Channels, Pfld
from recipes.pfld.parameters import parameters, statistics, thesis_parameters


@pytest.mark.parametrize(("width", "stated"), [(0.25, 322_864), (1.0, 1_236_544)])
def test_the_thesis_network_is_reproduced(width: float, stated: int) -> None:
    assert thesis_parameters(width) == stated


def test_at_full_width_only_a_batch_norm_and_the_biases_differ() -> None:
    net = Pfld(68)
    assert parameters(net) + statistics(net) - thesis_parameters(1.0) == 4 * 128 + 2 * 68


def test_more_points_cost_one_row_of_the_last_layer_per_coordinate() -> None:
    channels = Channels.scaled(0.25)
    grown = parameters(Pfld(98, channels)) - parameters(Pfld(68, channels))
    assert grown == 2 * 30 * (16 + 32 + 128 + 1)
