"""Processors and data memory of each layer.

Each of 64 processors reads one channel, and four share a memory. A layer reads what the one before
wrote. Layers with at most half of the processors' channels take turns in the halves, so that none
reads and writes the same memory; the others take turns in the memories' parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

from compilers.ai8x.layer import PROCESSORS_OF_A_MEMORY, Layer
from compilers.ai8x.limits import Ai8xLimits
from compilers.ai8x.parameter_memory import demand_bias_room, demand_weight_room
from zoo.lowering import Refusal

__all__ = ["Place", "place", "processors_at_once"]

_WORD_BYTES = PROCESSORS_OF_A_MEMORY
_PARTS = 4  # of each memory, where outputs may begin
_SUM_BYTES = 4


@dataclass(frozen=True)
class Place:
    """processors: bit mask of those that read the layer's channels.  out_offset: of its output, in
    bytes of each memory.
    """

    processors: int
    out_offset: int


@dataclass(frozen=True)
class _Region:
    """Memory of a tensor: the same bytes at the same offset for each group of processors."""

    processors: int
    offset: int
    size_bytes: int

    def meets(self, other: "_Region") -> bool:
        apart = (
            self.offset + self.size_bytes <= other.offset
            or other.offset + other.size_bytes <= self.offset
        )
        return not apart and bool(_memories(self.processors) & _memories(other.processors))


def place(layers: Sequence[Layer], limits: Ai8xLimits) -> tuple[Place, ...]:
    """Return the place of each layer; raises Refusal for one whose data or weights do not fit."""
    masks = [_mask(layer.channels, turn, limits) for turn, layer in enumerate(layers)]
    masks.append(_mask(layers[-1].outputs, 0, limits))
    demand_weight_room(layers, masks, limits)
    demand_bias_room(layers, masks, limits)
    places, source = [], _Region(masks[0], 0, _input_bytes(layers[0], limits))
    _demand_room(layers[0], source, limits)
    for layer, mask in zip(layers, masks[1:], strict=True):
        target = _target(layer, layer is layers[-1], mask, source, limits)
        places.append(Place(source.processors, target.offset))
        source = target
    return tuple(places)


def _target(layer: Layer, is_last: bool, mask: int, source: _Region, limits: Ai8xLimits) -> _Region:
    """Return where a layer writes: the first part of the memories that it does not read."""
    pixels = layer.output_height * layer.output_width
    size = _image_bytes(layer.outputs, pixels, limits) * (_SUM_BYTES if is_last else 1)
    part = limits.data_bytes // _PARTS
    for offset in range(0, limits.data_bytes, part):
        region = _Region(mask, offset, size)
        if offset + size <= limits.data_bytes and not region.meets(source):
            return region
    raise Refusal(
        layer.node,
        f"its {size} bytes of output do not fit beside the {source.size_bytes} that it reads, "
        f"in memories of {limits.data_bytes}",
        "pool earlier, use fewer channels, or fold the input (step 'fold', docs/contract.md)",
    )


def _demand_room(layer: Layer, region: _Region, limits: Ai8xLimits) -> None:
    if region.size_bytes > limits.data_bytes:
        raise Refusal(
            layer.node,
            f"its input takes {region.size_bytes} bytes of each memory, which has "
            f"{limits.data_bytes}; inputs are not streamed here",
            "use a smaller input, or fold it (step 'fold', docs/contract.md)",
        )


def _input_bytes(layer: Layer, limits: Ai8xLimits) -> int:
    return _image_bytes(layer.channels, layer.height * layer.width, limits)


def _image_bytes(channels: int, pixels: int, limits: Ai8xLimits) -> int:
    """Return the bytes in each memory: a word for each pixel and pass over the channels."""
    return prod((-(-channels // limits.processors), pixels, _WORD_BYTES))


def processors_at_once(channels: int, limits: Ai8xLimits) -> int:
    """Return how many processors take some channels, in as many passes as it needs."""
    passes = -(-channels // limits.processors)
    used = -(-channels // passes)
    if passes > 1:
        used = -(-used // PROCESSORS_OF_A_MEMORY) * PROCESSORS_OF_A_MEMORY
    return used


def _mask(channels: int, turn: int, limits: Ai8xLimits) -> int:
    """Return the processors of some channels, in the upper half at every second turn."""
    half = limits.processors // 2
    used = processors_at_once(channels, limits)
    mask = (1 << used) - 1
    return mask << half if turn % 2 and used <= half else mask


def _memories(processors: int) -> int:
    """Return the bit mask of the memories that processors use."""
    bits = range(0, processors.bit_length(), PROCESSORS_OF_A_MEMORY)
    return sum(
        1 << bit // PROCESSORS_OF_A_MEMORY
        for bit in bits
        if processors >> bit & ((1 << PROCESSORS_OF_A_MEMORY) - 1)
    )
