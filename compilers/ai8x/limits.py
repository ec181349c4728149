"""What the accelerator can hold and compute, from the target's facts."""

from dataclasses import dataclass, fields
from typing import Self

from zoo.errors import RefusedError
from zoo.target import Target

__all__ = ["Ai8xLimits"]


@dataclass(frozen=True)
class Ai8xLimits:
    """Largest values of one accelerator.

    layers_max: convolutions and dense layers.  channels_max: of input and output.
    biased_outputs_max: output channels of a layer with a bias.  flatten_max: values that a dense
    layer reads; flatten_pixels_max: of each channel.  side_max: of an image with its pads.
    pool_max: side of a pool's window.  processors: channels that it reads at once.
    data_bytes: memory of four processors.  weights_bytes, bias_bytes: memory for all layers.
    clock_hz: of the accelerator.
    """

    layers_max: int
    channels_max: int
    biased_outputs_max: int
    flatten_max: int
    flatten_pixels_max: int
    side_max: int
    pool_max: int
    processors: int
    data_bytes: int
    weights_bytes: int
    bias_bytes: int
    clock_hz: int

    @classmethod
    def of(cls, target: Target) -> Self:
        """Read a target's facts; raises RefusedError naming a missing one."""
        values = {}
        for field in fields(cls):
            value = target.facts.get(field.name)
            if not isinstance(value, int):
                raise RefusedError(
                    f"{target.name}: its fact '{field.name}' is {value!r}, the compiler 'ai8x' "
                    "needs an integer; complete the target's facts, see `zoo show max78000`"
                )
            values[field.name] = value
        return cls(**values)
