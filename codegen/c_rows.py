"""Functions of a C program that compute some rows of a layer, for threads that share it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from codegen.c_kernels import function_name, scratch_type, struct_name
from codegen.c_lines import filled
from zoo.c_program import Argument, Call, CProgram, element_bytes

__all__ = ["RowsFunction", "has_rows", "rows_functions"]

_WIDTHS: Mapping[str, str] = MappingProxyType(
    {
        "conv": "whole->outputs",
        "conv_gathered": "whole->outputs",
        "conv_wide": "whole->outputs",
        "depthwise": "window.channels",
        "depthwise_3x3": "window.channels",
        "max_pool": "window.channels",
    }
)
"""Channels of the output, of kernels with a window."""
_ELEMENTWISE = ("add", "add_two_stage", "add_wide")
_PACKED = "_w4"


@dataclass(frozen=True)
class RowsFunction:
    """A kernel's function for some rows. head: lines of its definition.

    kind: 'window', 'dense' or 'elements'.  settings: type of the kernel's.  width: channels of the
    output, as an expression.  arguments: of the kernel.
    """

    kernel: str
    head: tuple[str, ...]
    kind: str
    settings: str
    width: str
    arguments: tuple[str, ...]


def has_rows(program: CProgram, call: Call) -> bool:
    """Return whether threads can share a call: none may write what another one still reads."""
    kind = _kind(call.kernel)
    if kind == "elements":
        return True  # each thread overwrites at most the elements that it has read
    return bool(kind) and not any(_overlap(program, call, i) for i in call.inputs)


def rows_functions(program: CProgram) -> tuple[RowsFunction, ...]:
    """Return a function for each kernel whose calls threads can share."""
    shared = {function_name(program, c): c for c in program.calls if has_rows(program, c)}
    return tuple(_function(program, name, call) for name, call in sorted(shared.items()))


def _function(program: CProgram, name: str, call: Call) -> RowsFunction:
    *inputs, output = call.ctypes
    names = ("input",) if len(inputs) == 1 else ("first", "second")
    part, settings = f"{program.prefix.capitalize()}Part", struct_name(call.kernel)
    parameters = [f"const {part}* part", f"const {settings}* whole"]
    parameters += [f"const {ctype}* {name}" for ctype, name in zip(inputs, names, strict=True)]
    parameters.append(f"{output}* output")
    scratch = scratch_type(call.kernel, inputs[0])
    if scratch:
        parameters.append(f"{scratch}* scratch")
    return RowsFunction(
        kernel=name,
        head=filled(f"static void {name}_rows", parameters, " {"),
        kind=_kind(call.kernel),
        settings=settings,
        width=_WIDTHS.get(_plain(call.kernel), ""),
        arguments=("&settings", *names, "output", *(("scratch",) if scratch else ())),
    )


def _kind(kernel: str) -> str:
    plain = _plain(kernel)
    kinds: Iterator[str] = (
        kind
        for kind, kernels in (
            ("window", tuple(_WIDTHS)),
            ("dense", ("dense",)),
            ("elements", _ELEMENTWISE),
        )
        if plain in kernels
    )
    return next(kinds, "")


def _plain(kernel: str) -> str:
    return kernel.removesuffix(_PACKED)


def _overlap(program: CProgram, call: Call, operand: object) -> bool:
    """Return whether an input and the output share memory of the arena."""
    if not isinstance(operand, Argument):
        return False
    spans = [_span(program, name) for name in (operand.tensor, call.output.tensor)]
    (first, first_end), (second, second_end) = spans
    return first < second_end and second < first_end


def _span(program: CProgram, tensor: str) -> tuple[int, int]:
    """Return a buffer's first byte in the arena and its end; nothing for the caller's memory."""
    buffer = program.buffers[tensor]
    if buffer.offset is None:
        return -1, -1
    size = element_bytes(buffer.ctype)
    for length in buffer.shape:
        size *= length
    return buffer.offset, buffer.offset + size
