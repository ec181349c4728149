"""An integer network as a C program: all numbers and addresses computed, no text written yet.

A compiler creates it from a Graph, a renderer writes it as text. Images are stored as [H, W, C],
other tensors as in the Graph, all without the batch: the program computes one sample.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Argument",
    "Border",
    "Buffer",
    "CProgram",
    "Call",
    "Constant",
    "Setting",
    "element_bytes",
    "prefix_of",
]

_BITS = re.compile(r"u?int(8|16|32|64)_t")


def prefix_of(part: str) -> str:
    """Return the start of a program's names. part: as in CProgram."""
    return part or "network"


def element_bytes(ctype: str) -> int:
    """Return the size of an integer type of C, such as 'uint16_t'."""
    found = _BITS.fullmatch(ctype)
    assert found, ctype
    return int(found[1]) // 8


@dataclass(frozen=True)
class Constant:
    """A constant array of the program. name: a C identifier.  ctype: such as 'int8_t'."""

    name: str
    ctype: str
    values: "NDArray[Any]"

    @property
    def size_bytes(self) -> int:
        """Its size in memory."""
        return int(self.values.size) * element_bytes(self.ctype)


Setting = int | str | tuple[int, ...] | Constant | Mapping[str, "Setting"]
"""Value of a field of a kernel's settings: a number, an enumerator's name, an array, a struct."""


@dataclass(frozen=True)
class Argument:
    """A tensor that a kernel reads or writes, starting at element `offset`."""

    tensor: str
    offset: int = 0


@dataclass(frozen=True)
class Call:
    """One call of a kernel.

    node: as in the user's file; op: of the Graph.  name: C identifier of its settings.
    ctypes: element types of inputs and output, which with `kernel` select the function.
    in_place: which inputs the output may overwrite, element by element.
    scratch_bytes: scratch memory while the kernel runs.
    """

    node: str
    op: str
    kernel: str
    name: str
    ctypes: tuple[str, ...]
    settings: Mapping[str, Setting]
    inputs: tuple[Argument | Constant, ...]
    output: Argument
    in_place: tuple[int, ...] = ()
    scratch_bytes: int = 0

    @property
    def constants(self) -> Iterator[Constant]:
        """The arrays among its settings and inputs."""
        yield from _constants(self.settings)
        yield from (operand for operand in self.inputs if isinstance(operand, Constant))


@dataclass(frozen=True)
class Buffer:
    """Storage of a tensor. name: C identifier.  shape: as stored.

    offset: bytes from the start of the arena; None for an argument of the program.
    """

    name: str
    ctype: str
    shape: tuple[int, ...]
    offset: int | None


@dataclass(frozen=True)
class Border:
    """An input or output of the network: real = scale * (q - zero_point).

    name: as in the Graph.  identifier: in C.  shape: in the Graph, without the batch.
    ctype: 'uint8_t', 'int8_t', 'uint16_t' or 'int16_t'; of an output that is a layer's sums,
    'int32_t'.  rounding: from reals to integers, 'half_even' or 'half_up'.
    """

    name: str
    identifier: str
    shape: tuple[int, ...]
    ctype: str
    scale: float
    zero_point: int
    rounding: str

    @property
    def size(self) -> int:
        """Number of elements."""
        count = 1
        for length in self.shape:
            count *= length
        return count


@dataclass(frozen=True)
class CProgram:
    """A network: calls in order over planned buffers.

    buffers: by tensor.  scratch: offsets by call, in bytes from the start of the arena.
    macs: multiply-accumulates of one run.
    part: its role in a program of several networks, '' for a network alone. It begins the names
    that the linker sees, and the caller provides the arena, which the networks can share.
    """

    name: str
    inputs: tuple[Border, ...]
    outputs: tuple[Border, ...]
    buffers: Mapping[str, Buffer]
    calls: tuple[Call, ...]
    arena_bytes: int
    macs: int
    scratch: Mapping[str, int] = field(default_factory=dict)
    part: str = ""

    @property
    def prefix(self) -> str:
        """Start of the names of its files and of what it defines for others."""
        return prefix_of(self.part)

    @property
    def constants(self) -> tuple[Constant, ...]:
        """Every array once, in the order of the calls."""
        found = {array.name: array for call in self.calls for array in call.constants}
        return tuple(found.values())

    @property
    def weights_bytes(self) -> int:
        """Read-only memory of all arrays."""
        return sum(constant.size_bytes for constant in self.constants)


def _constants(settings: Mapping[str, Setting]) -> Iterator[Constant]:
    for setting in settings.values():
        if isinstance(setting, Constant):
            yield setting
        elif isinstance(setting, Mapping):
            yield from _constants(setting)
