"""Estimates how long a K210 takes for a network, layer by layer. Nothing here was measured by us.

The vendor publishes no timing of its layers, so the constants come from two public measurements:

- [S] Sipeed, "MAIX performance and limit for AI models", bbs.sipeed.com/t/topic/691: a 3x3
  convolution of 128 to 128 channels with 16-bit weights at ten sizes, the KPU at 300 MHz. It
  reaches 167 of 173 GMAC/s, so that 64 windows of 3x3 are computed in each cycle.
- [N] kendryte/nncase, issue 95: the times of a kmodel's layers on a board.

A layer computes, for each pair of an input and an output channel, each line of its input and 8
more, in groups of 64 pixels; narrow lines of 2 or 4 channels share a group. Meanwhile its weights
are read; the slower of both counts. This gives nine of [S]'s ten times within 6 %, and the other
19 % too low.

No source tells the time of 1x1 convolutions. They are taken to need as long as 3x3 ones of the same
channels, which is the worst case: a KPU that computes them faster is faster.
"""

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["KPU_CLOCK_HZ", "Estimate", "LayerTime", "LayerWork", "estimate"]

KPU_CLOCK_HZ = 400e6
"""Nominal clock of the KPU; [S] calls 750 MHz possible."""

_LINES_MORE = 8
"""Lines that a pair of channels takes in addition, by [S]."""
_GROUP_PIXELS = 64
_WEIGHTS_BYTES_PER_S = 870e6
"""294,912 bytes in 0.339 ms, the least of [S]."""
_UPLOAD_BYTES_PER_S = 700e6
"""230,400 bytes in 329 us, [N]."""
_DOWNLOAD_BYTES_PER_S = 46e6
"""1,228,800 bytes in 26.6 ms, [N]: the results of the last layer."""
_CPU_ELEMENTS_PER_S = 131e6
"""1,228,800 elements in 9.36 ms, [N]: a dequantization."""


@dataclass(frozen=True)
class LayerWork:
    """What a layer of a kmodel does.

    runs_on: 'KPU' or 'CPU'.
    input_channels, output_channels, height, width: of a convolution, before its pooling; 0 for
    other layers.  weights_bytes: that the KPU reads for it, activation and scaling included.
    upload_bytes: from main memory to the KPU's.  download_bytes: from the KPU to main memory.
    cpu_elements: numbers that the CPU writes.
    """

    name: str
    runs_on: str
    input_channels: int = 0
    output_channels: int = 0
    height: int = 0
    width: int = 0
    is_depthwise: bool = False
    weights_bytes: int = 0
    upload_bytes: int = 0
    download_bytes: int = 0
    cpu_elements: int = 0


@dataclass(frozen=True)
class LayerTime:
    """Estimated times of a layer, in milliseconds; `total_ms` has the larger of the first two.

    compute_ms: of the KPU.  weights_ms: of reading weights.  memory_ms: of other transfers.
    cpu_ms: of the CPU.
    """

    name: str
    runs_on: str
    compute_ms: float
    weights_ms: float
    memory_ms: float
    cpu_ms: float

    @property
    def total_ms(self) -> float:
        """The layer's time."""
        return max(self.compute_ms, self.weights_ms) + self.memory_ms + self.cpu_ms


@dataclass(frozen=True)
class Estimate:
    """Estimated times of a network's layers, which run one after the other."""

    layers: tuple[LayerTime, ...]

    @property
    def total_ms(self) -> float:
        """Time of the network alone, without camera, pre- and post-processing and display."""
        return sum(layer.total_ms for layer in self.layers)

    @property
    def frames_per_second(self) -> float:
        """At most as many frames; infinite for no layers."""
        return 1000 / self.total_ms if self.layers else float("inf")


def estimate(layers: Iterable[LayerWork], clock_hz: float = KPU_CLOCK_HZ) -> Estimate:
    """Return the times. clock_hz: of the KPU; memory and CPU are taken as in the sources."""
    return Estimate(tuple(_time(layer, clock_hz) for layer in layers))


def _time(layer: LayerWork, clock_hz: float) -> LayerTime:
    transfers_s = (
        layer.upload_bytes / _UPLOAD_BYTES_PER_S + layer.download_bytes / _DOWNLOAD_BYTES_PER_S
    )
    return LayerTime(
        layer.name,
        layer.runs_on,
        compute_ms=1000 * _cycles(layer) / clock_hz,
        weights_ms=1000 * layer.weights_bytes / _WEIGHTS_BYTES_PER_S,
        memory_ms=1000 * transfers_s,
        cpu_ms=1000 * layer.cpu_elements / _CPU_ELEMENTS_PER_S,
    )


def _cycles(layer: LayerWork) -> float:
    """Return the KPU's cycles for a convolution, 0 for another layer."""
    if not layer.output_channels:
        return 0
    pairs = layer.output_channels * (1 if layer.is_depthwise else layer.input_channels)
    groups_of_line = -(-layer.width // _GROUP_PIXELS)
    return pairs * (layer.height + _LINES_MORE) * groups_of_line / _channels_of_group(layer.width)


def _channels_of_group(width: int) -> int:
    """Return how many channels share 64 pixels, as in the KPU's memory layout."""
    return 4 if width <= 16 else 2 if width <= 32 else 1
