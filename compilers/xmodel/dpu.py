"""Which DPU a file is compiled for, as the target's facts say it."""

from dataclasses import dataclass
from typing import Self

from zoo.errors import RefusedError
from zoo.target import Target

__all__ = ["Dpu"]

_FACTS = ("dpu", "fingerprint", "vitis_ai")


@dataclass(frozen=True)
class Dpu:
    """name: such as 'DPUCZDX8G_ISA1_B4096'.  vitis_ai: versions whose compiler knows it."""

    name: str
    fingerprint: int
    vitis_ai: str

    @classmethod
    def of(cls, target: Target) -> Self:
        """Read the target's facts; raises RefusedError where one is missing."""
        missing = [name for name in _FACTS if name not in target.facts]
        if missing:
            raise RefusedError(
                f"{target.name}: its facts lack {', '.join(missing)}; a board with a DPU says "
                "them, as kv260 does"
            )
        name, fingerprint, version = (str(target.facts[fact]) for fact in _FACTS)
        return cls(name, int(fingerprint, 16), version)
