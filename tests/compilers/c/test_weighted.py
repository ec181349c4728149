"""Where each weight lies in its tile."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from compilers.c.layer_weights import bias_tiles, pack, weight_tiles


def test_four_inputs_of_sixteen_channels_lie_side_by_side():
    rows = np.arange(32 * 8).reshape(32, 8)
    tiles = weight_tiles(rows, groups=1)
    assert tiles.shape == (2, 2, 16, 4)
    for k, c in np.ndindex(rows.shape):
        assert tiles[k // 16, c // 4, k % 16, c % 4] == rows[k, c]


def test_each_group_begins_a_tile_and_is_filled_up_by_zeros():
    rows = np.ones((2 * 3, 5), np.int64)
    tiles = weight_tiles(rows, groups=2)
    assert tiles.shape == (2, 2, 16, 4)
    assert tiles.sum() == rows.sum()
    assert tiles[:, :, 3:].sum() == 0
    np.testing.assert_array_equal(
        bias_tiles(np.arange(1, 7), groups=2)[:, :4], [[1, 2, 3, 0], [4, 5, 6, 0]]
    )


@given(st.lists(st.integers(-8, 7), min_size=1, max_size=70))
def test_two_weights_lie_in_a_byte_the_first_in_its_low_bits(weights):
    packed = pack(np.array(weights))
    assert packed.size == (len(weights) + 1) // 2
    assert packed.min() >= 0
    assert packed.max() <= 255
    for index, weight in enumerate(weights):
        bits = int(packed[index // 2]) >> 4 * (index % 2) & 15
        assert (bits ^ 8) - 8 == weight
