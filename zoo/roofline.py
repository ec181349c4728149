"""A roofline: what a processor computes and moves, and how long a layer takes at that rate."""

from dataclasses import dataclass

from zoo.errors import RefusedError

__all__ = ["Roofline"]


@dataclass(frozen=True)
class Roofline:
    """The rates of one processor for one number format.

    Williams, Waterman and Patterson 2009, "Roofline: An Insightful Visual Performance Model for
    Multicore Architectures": a layer takes as long as its arithmetic or its memory traffic,
    whichever is longer.

    unit: what computes, and at which clock.
    macs_per_s: multiply-accumulates.  depthwise_macs_per_s: of grouped convolutions, which use few
    inputs for each output; 0 if as many.
    bytes_per_s: of inputs, constants and outputs.  layer_s: that each layer takes in addition.
    source: where the figures come from: data sheets, or measurements.
    factor: the largest ratio, either way, of estimates to measured times; 0 if never compared. Such
    an estimate is what the hardware allows, and a program takes longer.
    Raises RefusedError for a rate that is not above 0.
    """

    unit: str
    macs_per_s: float
    bytes_per_s: float
    source: str
    depthwise_macs_per_s: float = 0.0
    layer_s: float = 0.0
    factor: float = 0.0

    def __post_init__(self) -> None:
        rates = {"macs_per_s": self.macs_per_s, "bytes_per_s": self.bytes_per_s}
        for name, rate in rates.items():
            if rate <= 0:
                raise RefusedError(f"roofline of {self.unit}: {name} is {rate}; expected above 0")

    def limit(self, macs: int, moved_bytes: int, is_grouped: bool = False) -> str:
        """Return what a layer's time is spent on: 'compute' or 'memory'."""
        memory_s = moved_bytes / self.bytes_per_s
        return "compute" if self._compute_s(macs, is_grouped) > memory_s else "memory"

    def seconds(self, macs: int, moved_bytes: int, is_grouped: bool = False) -> float:
        """Return the time of one layer."""
        compute_s = self._compute_s(macs, is_grouped)
        return max(compute_s, moved_bytes / self.bytes_per_s) + self.layer_s

    def _compute_s(self, macs: int, is_grouped: bool) -> float:
        rate = self.depthwise_macs_per_s if is_grouped else 0.0
        return macs / (rate or self.macs_per_s)
