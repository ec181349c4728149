"""The DPU that a file is compiled for, and its limits, from the target's facts."""

from dataclasses import dataclass, fields
from typing import Self

from zoo.errors import RefusedError
from zoo.target import Target

__all__ = ["Dpu", "DpuLimits"]

_FACTS = ("dpu", "fingerprint", "vitis_ai")


@dataclass(frozen=True)
class Dpu:
    """name: such as 'DPUCZDX8G_ISA1_B4096'.  vitis_ai: compiler versions that support it."""

    name: str
    fingerprint: int
    vitis_ai: str

    @classmethod
    def of(cls, target: Target) -> Self:
        """Read the target's facts; raises RefusedError if one is missing."""
        missing = [name for name in _FACTS if name not in target.facts]
        if missing:
            raise RefusedError(
                f"{target.name}: its facts lack {', '.join(missing)}; a board with a DPU states "
                "them, as kv260 does"
            )
        name, fingerprint, version = (str(target.facts[fact]) for fact in _FACTS)
        return cls(name, int(fingerprint, 16), version)


@dataclass(frozen=True)
class DpuLimits:
    """Maximum values of one DPU; the minimum of kernels and strides is 1.

    conv_*: for the convolution engine.  alu_*: for that of depthwise convolutions and pools.
    channel_parallel: channels computed at once.  bank_depth: of the weight memory.
    """

    channel_parallel: int
    channels_max: int
    bank_depth: int
    conv_kernel_max: int
    conv_stride_max: int
    alu_kernel_max: int
    alu_stride_max: int
    alu_pad_begin_max: int
    alu_pad_end_max: int
    leaky_relu_slope_256ths: int

    @classmethod
    def of(cls, target: Target) -> Self:
        """Read a target's facts; raises RefusedError naming a missing one."""
        values = {}
        for field in fields(cls):
            value = target.facts.get(field.name)
            if not isinstance(value, int):
                raise RefusedError(
                    f"{target.name}: its fact '{field.name}' is {value!r}, the compiler 'xmodel' "
                    "needs an integer; complete the target's facts, see `zoo show kv260`"
                )
            values[field.name] = value
        return cls(**values)
