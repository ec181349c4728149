"""Memory of weights and biases, as ai8xize.py gives it to the layers.

Each processor has words for weights, which hold a 3x3 kernel of 8 bits. A layer's weights take the
same words of all processors that read its channels, from a multiple of four on; it gets the first
that are free. Each quadrant of the processors has a memory for biases; a layer's biases lie in one
of them. Source: ai8x-synthesis, README.md, "Layers and Weight Memory" and "Bias Memories".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from compilers.ai8x.layer import Layer
from compilers.ai8x.limits import Ai8xLimits
from zoo.lowering import Refusal

__all__ = ["demand_bias_room", "demand_weight_room"]

_WORD_BITS = 72
_ALIGNED_WORDS = 4
_QUADRANTS = 4
_LESS_BITS = "weights of 4, 2 or 1 bits (Override, docs/quantization.md)"


@dataclass(frozen=True)
class _Words:
    """Words of some processors, which are a bit mask."""

    processors: int
    begin: int
    count: int

    @property
    def end(self) -> int:
        return self.begin + self.count

    def meets(self, other: "_Words") -> bool:
        shared = self.processors & other.processors
        return bool(shared) and self.begin < other.end and other.begin < self.end


def demand_weight_room(layers: Sequence[Layer], masks: Sequence[int], limits: Ai8xLimits) -> None:
    """Raise Refusal for the first layer whose weights its processors cannot hold.

    masks: processors that read each layer's channels, and those that hold the last one's outputs.
    """
    every = (1 << limits.processors) - 1
    room = limits.weights_bytes * 8 // limits.processors // _WORD_BITS
    taken: list[_Words] = []
    # Layers of all processors come first.
    for index in sorted(range(len(layers)), key=lambda index: masks[index] != every):
        layer, mask = layers[index], masks[index]
        count = _word_count(layer, masks[index + 1], limits)
        words = _first_free(mask, count, taken)
        if words.end > room:
            raise Refusal(
                layer.node,
                f"its weights take {count} words in each processor that reads "
                f"its channels; other layers leave {room - words.begin} of {room}",
                f"use fewer outputs, so that each processor holds less, or {_LESS_BITS}",
            )
        taken.append(words)


def demand_bias_room(layers: Sequence[Layer], masks: Sequence[int], limits: Ai8xLimits) -> None:
    """Raise Refusal for the first layer whose biases no quadrant can hold.

    masks: as for demand_weight_room.  The quadrants are those with a processor in use.
    """
    size = limits.bias_bytes // _QUADRANTS
    used = [0] * sum(1 for _ in _used_quadrants(masks, limits))
    biased = (layer for layer in layers if layer.has_bias)
    for layer in sorted(biased, key=lambda layer: (not layer.flatten, -layer.outputs)):
        emptiest = used.index(min(used))
        if used[emptiest] + layer.outputs > size:
            raise Refusal(
                layer.node,
                f"its {layer.outputs} biases fit in none of the {len(used)} memories of {size} "
                f"bytes whose processors are in use; other layers take {used}",
                "leave out biases, or use fewer outputs",
            )
        used[emptiest] += layer.outputs


def _used_quadrants(masks: Sequence[int], limits: Ai8xLimits) -> Iterator[int]:
    width = limits.processors // _QUADRANTS
    quadrant = (1 << width) - 1
    for index in range(_QUADRANTS):
        if any(mask >> index * width & quadrant for mask in masks):
            yield index


def _word_count(layer: Layer, outputs: int, limits: Ai8xLimits) -> int:
    """Return the words of a layer in each processor. outputs: processors that hold its outputs.

    A dense layer has a weight for each pixel. Weights of fewer bits fill whole bytes.
    """
    passes = -(-layer.channels // limits.processors)
    if layer.flatten:
        kernels = layer.outputs * passes * prod(layer.pooled)
    else:
        kernels = outputs.bit_count() * -(-layer.outputs // limits.processors) * passes
    in_a_byte = 8 // layer.weight_bits
    filling = kernels % in_a_byte * (in_a_byte - 1)
    return -(-(kernels * layer.weight_bits + filling) * layer.kernel**2 // _WORD_BITS)


def _first_free(processors: int, count: int, taken: Sequence[_Words]) -> _Words:
    words = _Words(processors, 0, count)
    while True:
        other = next((other for other in taken if other.meets(words)), None)
        if other is None:
            return words
        begin = -(-other.end // _ALIGNED_WORDS) * _ALIGNED_WORDS
        words = _Words(processors, begin, count)
