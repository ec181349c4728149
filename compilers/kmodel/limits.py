"""What the KPU can hold and compute, from the target's facts."""

from dataclasses import dataclass, fields
from typing import Self

from zoo.errors import RefusedError
from zoo.target import Target

__all__ = ["KpuLimits"]


@dataclass(frozen=True)
class KpuLimits:
    """Largest and smallest values of one KPU.

    kpu_ram_bytes: for images.  channels_max: of input and output.  weights_chunk_bytes: that it
    loads at once.  weights_chunks_max: of one layer.
    """

    kpu_ram_bytes: int
    channels_max: int
    height_min: int
    height_max: int
    width_min: int
    width_max: int
    weights_chunk_bytes: int
    weights_chunks_max: int

    @classmethod
    def of(cls, target: Target) -> Self:
        """Read a target's facts; raises RefusedError naming a missing one."""
        values = {}
        for field in fields(cls):
            value = target.facts.get(field.name)
            if not isinstance(value, int):
                raise RefusedError(
                    f"{target.name}: its fact '{field.name}' is {value!r}, the compiler 'kmodel' "
                    "needs an integer; complete the target's facts, see `zoo show k210`"
                )
            values[field.name] = value
        return cls(**values)
