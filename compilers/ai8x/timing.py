"""Operations and expected times of layers on the accelerator. Nothing here was measured by us.

operations: one multiply-accumulate for each tap of each output, pads included, and one comparison
for each pixel that a pool reads and each value that a ReLU stores.

expected_cycles: (multiply-accumulates / kernel area + comparisons) / channels. The rule of the
slides "Face / no face on a MAX78000", found from the 24 times that they print.

vendor_cycles: the estimate that ai8xize.py --verbose prints (izer/latency.py) for 3x3 convolutions
with pads of 1 and dense layers, whose channels the processors read at once. A network takes
STARTUP_CYCLES more.
"""

from fractions import Fraction
from math import prod

from compilers.ai8x.layer import Layer

__all__ = [
    "STARTUP_CYCLES",
    "comparisons",
    "expected_cycles",
    "multiply_accumulates",
    "vendor_cycles",
]

STARTUP_CYCLES = 1

_FEW_PIXELS = 16
"""A dense layer that flattens more takes another cycle."""


def multiply_accumulates(layer: Layer) -> int:
    """Return the products of a layer."""
    outputs = 1 if layer.is_dense else layer.output_height * layer.output_width
    return layer.weights * outputs


def comparisons(layer: Layer) -> int:
    """Return the comparisons of a layer's pool and ReLU."""
    pooled = layer.pool**2 * layer.channels * prod(layer.pooled) if layer.pool > 1 else 0
    stored = layer.outputs * layer.output_height * layer.output_width if layer.relu else 0
    return pooled + stored


def expected_cycles(layer: Layer) -> Fraction:
    """Return the cycles by the slides' rule."""
    spread = Fraction(multiply_accumulates(layer), layer.kernel**2)
    return (spread + comparisons(layer)) / layer.channels


def vendor_cycles(layer: Layer, processors: int) -> int | None:
    """Return ai8xize.py's estimate; None for other layers than the docstring names.

    processors: channels that the accelerator reads at once.
    """
    is_known = layer.is_dense or (layer.kernel == 3 and layer.pad == 1)
    if not is_known or max(layer.channels, layer.outputs) > processors:
        return None
    return _dense_cycles(layer) if layer.is_dense else _convolution_cycles(layer)


def _dense_cycles(layer: Layer) -> int:
    pixels = prod(layer.pooled)
    more = int(pixels > _FEW_PIXELS) + int(layer.outputs == pixels == 1)
    return pixels * (2 + layer.outputs) + more


def _convolution_cycles(layer: Layer) -> int:
    """Return the cycles of the first row's pads, of all rows but one, and of the last."""
    height, width = layer.pooled
    reads = layer.pool**2 + 1
    writes = width * layer.outputs + int(layer.outputs == 1)
    first = (6 + 3 * width) + (6 + width * (reads + 1))
    row = 3 + (reads + 1) + (width - 1) * reads + 2 + writes
    last = 3 + 3 + 2 * (width - 1) + 2 + writes
    return first + row * (height - 1) + last
