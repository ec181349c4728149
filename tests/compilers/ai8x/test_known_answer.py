"""Words of ai8xize.py's sampleoutput.h."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compilers.ai8x.known_answer import expected_words, read_words
from zoo.errors import ToolchainError

# As ai8xize.py wrote it for ten sums of 32 bits, at 0x2000 of each memory.
TEN_SUMS = """
// This file was @generated automatically

#define SAMPLE_OUTPUT { \\
  0x50402000, 0xffffffff, 0x00000004, 0x0000132f, 0x0000024d, 0xfffff2aa, 0xfffff43f, 0x5040a000, \\
  0xffffffff, 0x00000004, 0x00000102, 0x00000274, 0xfffff1a8, 0x00000248, 0x50412000, 0xffffffff, \\
  0x00000002, 0xffffff2c, 0xfffff416, 0x00000000 \\
}
"""
SUMS = [4911, 589, -3414, -3009, 258, 628, -3672, 584, -212, -3050]

# For six channels of 2x2 bytes, without the mask's other two.
SIX_IMAGES = """
#define SAMPLE_OUTPUT { \\
  0x50408000, 0x0000ffff, 0x00000004, 0x00000400, 0x0000000b, 0x00000000, 0x0000001e, 0x50400000, \\
  0xffffffff, 0x00000004, 0x00000000, 0x00080000, 0x2a000700, 0x18000b23, 0x00000000 \\
}
"""
IMAGES = [[0, 0, 0, 35], [0, 0, 7, 11], [0, 8, 0, 0], [0, 0, 42, 24], [0, 11, 0, 30], [4, 0, 0, 0]]


def test_sums_of_ten_classes():
    words = expected_words(np.array(SUMS, np.int32), 10, 0x2000)
    assert words == read_words(TEN_SUMS, "it")
    assert words[0x5040A008] == 2**32 - 3672


def test_bytes_of_images():
    answer = np.array(IMAGES, np.int8).reshape(6, 2, 2)
    assert expected_words(answer, 6, 0) == read_words(SIX_IMAGES, "it")


def test_channels_beyond_the_processors_take_another_pass():
    # Two passes of 36 processors: channel 36 lies behind channels 0 to 3.
    words = expected_words(np.arange(70, dtype=np.int32), 36, 0)
    assert words[0x50400000 + 4 * 4] == 36
    assert words[0x50C00000] == 32
    assert len(words) == 70


@given(st.integers(1, 200), st.integers(1, 3), st.booleans())
def test_each_value_has_a_place_of_its_own(channels, side, is_sum):
    passes = -(-channels // 64)
    processors = -(-channels // passes)
    processors = processors if passes == 1 else -(-processors // 4) * 4
    dtype, width = (np.int32, 4) if is_sum else (np.int8, 1)
    answer = np.full((channels, side, side), -1, dtype)
    words = expected_words(answer, processors, 0)
    set_bits = sum(word.bit_count() for word in words.values())
    assert set_bits == answer.size * width * 8


@pytest.mark.parametrize(
    "text", ["", "nothing", "0x50400000, 0xffffffff", "0x50400000, 0xffffffff, 0xffffffff, 0x1"]
)
def test_other_content_is_refused(text):
    with pytest.raises(ToolchainError, match="it: is not a list of addresses, masks and words"):
        read_words(text, "it")
