"""The known answer in ai8xize.py's sampleoutput.h: words of the accelerator's data memory.

The file lists blocks: the address of the first word, the mask of the bits that count, the number of
words, the words; a 0 ends it. Four processors share a memory. A result of 8 bits is a byte of the
word of its pixel and pass, one of 32 bits is a word.
"""

import re
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from compilers.ai8x.layer import PROCESSORS_OF_A_MEMORY
from zoo.errors import ToolchainError

__all__ = ["Words", "expected_words", "read_words"]

_MEMORY = 0x5040_0000
_QUADRANT_STEP = 0x40_0000
_MEMORY_STEP = 0x8000
_MEMORIES_OF_A_QUADRANT = 4
_WORD_BYTES = 4
_NUMBER = re.compile(r"0x[0-9a-fA-F]{8}")
_WORD = 0xFFFF_FFFF

Words = Mapping[int, int]
"""By address."""


def expected_words(answer: NDArray[np.integer], processors: int, out_offset: int) -> Words:
    """Return the words that hold an answer [K] or [K, H, W], int8 or int32.

    processors: that take its channels, as many at once.  out_offset: in bytes of each memory.
    """
    images = answer.reshape(len(answer), -1)
    passes = -(-len(images) // processors)
    words: dict[int, int] = {}
    for channel, pixels in enumerate(images):
        turn, processor = divmod(channel, processors)
        memory, lane = divmod(processor, PROCESSORS_OF_A_MEMORY)
        base = _address(memory) + out_offset
        for pixel, value in enumerate(pixels.tolist()):
            place = pixel * passes + turn
            if answer.dtype == np.int8:
                address = base + place * _WORD_BYTES
                words[address] = words.get(address, 0) | (value & 0xFF) << 8 * lane
            else:
                place = place * PROCESSORS_OF_A_MEMORY + lane
                words[base + place * _WORD_BYTES] = value & _WORD
    return words


def read_words(header: str, where: str) -> Words:
    """Return the words of a sampleoutput.h, masked; raises ToolchainError for other content."""
    numbers = (int(text, 16) for text in _NUMBER.findall(header))
    try:
        return dict(_blocks(numbers))
    except StopIteration:
        raise ToolchainError(
            f"{where}: is not a list of addresses, masks and words that ends with 0; use a "
            "release of ai8x-synthesis that the zoo knows (docs/max78000.md)"
        ) from None


def _blocks(numbers: Iterator[int]) -> list[tuple[int, int]]:
    words = []
    while address := next(numbers):
        mask, count = next(numbers), next(numbers)
        words += [(address + index * _WORD_BYTES, next(numbers) & mask) for index in range(count)]
    return words


def _address(memory: int) -> int:
    quadrant, index = divmod(memory, _MEMORIES_OF_A_QUADRANT)
    return _MEMORY + quadrant * _QUADRANT_STEP + index * _MEMORY_STEP
