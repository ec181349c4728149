"""Layers computed in horizontal strips, one strip of all layers after the other.

Only a strip of each tensor between them is in memory, so the arena is smaller. Neighbouring strips
share rows of what windows overlap, which are computed twice (Lin et al. 2021, "MCUNetV2:
Memory-Efficient Patch-based Inference for Tiny Deep Learning", section 3.1).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from zoo.c_program import Argument, Call, Setting

__all__ = ["Peak", "Strips", "in_strips"]

Shapes = Mapping[str, tuple[int, ...]]
"""Stored shapes by tensor: (height, width, channels) of images."""

_WINDOWED = ("conv", "conv_gathered", "conv_wide", "depthwise", "depthwise_3x3", "max_pool")
_COUNTS = (2, 3, 4, 6, 8, 12, 16)  # of strips
_LEAST_GAIN = 0.1  # of the arena


@dataclass(frozen=True)
class Strips:
    """Calls of a program, and the parts of tensors that their strips need.

    whole: tensors by their parts.  shapes: of the parts.
    """

    calls: tuple[Call, ...]
    whole: Mapping[str, str] = field(default_factory=dict)
    shapes: Shapes = field(default_factory=dict)


@dataclass(frozen=True, order=True)
class Peak:
    """The size of a program's arena, and the call that needs most of it."""

    arena_bytes: int
    call: int


def in_strips(
    calls: Sequence[Call],
    shapes: Shapes,
    kept: frozenset[str],
    peak_of: Callable[[Strips], Peak],
) -> Strips:
    """Return the calls with layers in strips where that makes the arena much smaller.

    kept: tensors that must be in memory as a whole.
    """
    best = Strips(tuple(calls))
    peak = peak_of(best)
    while True:
        found = [
            _cut(best, start, end, count, shapes)
            for start, end in _runs(best.calls, kept | best.shapes.keys(), shapes)
            if start <= peak.call < end
            for count in _COUNTS
            if count <= shapes[best.calls[end - 1].output.tensor][0]
        ]
        smallest = min(found, key=peak_of, default=best)
        lower = peak_of(smallest)
        if lower.arena_bytes >= (1 - _LEAST_GAIN) * peak.arena_bytes:
            return best
        best, peak = smallest, lower


def _runs(calls: Sequence[Call], kept: frozenset[str], shapes: Shapes) -> Iterator[tuple[int, int]]:
    """Yield the ranges of calls that can be computed in strips together."""
    readers: dict[str, int] = {}
    writers: dict[str, int] = {}
    for call in calls:
        for operand in call.inputs:
            if isinstance(operand, Argument):
                readers[operand.tensor] = readers.get(operand.tensor, 0) + 1
        writers[call.output.tensor] = writers.get(call.output.tensor, 0) + 1
    once = {name for name in writers if writers[name] == 1 and readers.get(name) == 1} - kept
    for start, first in enumerate(calls):
        if not _has_strips(first, shapes):
            continue
        for end in range(start + 1, len(calls)):
            between = calls[end - 1].output
            if between.tensor not in once or calls[end].inputs != (between,):
                break
            if not _has_strips(calls[end], shapes):
                break
            yield start, end + 1


def _has_strips(call: Call, shapes: Shapes) -> bool:
    """Whether each row of a call's output depends on some rows of its input."""
    for operand in (*call.inputs, call.output):
        if not isinstance(operand, Argument) or operand.offset or operand.tensor not in shapes:
            return False
    kernel = call.kernel.removesuffix("_w4")
    return kernel in _WINDOWED or (kernel == "dense" and cast(int, call.settings["rows"]) > 1)


def _cut(strips: Strips, start: int, end: int, count: int, shapes: Shapes) -> Strips:
    """Return the calls from `start` to `end` in `count` strips."""
    run = strips.calls[start:end]
    height = shapes[run[-1].output.tensor][0]
    whole, parts, calls = dict(strips.whole), dict(strips.shapes), list[Call]()
    for strip in range(count):
        rows = range(height * strip // count, height * (strip + 1) // count)
        cut: list[Call] = []
        for call in reversed(run):
            part, needed = _rows_of(call, rows, shapes)
            cut.append(_renamed(part, strip, is_first=call is run[0], is_last=call is run[-1]))
            if call is not run[-1]:
                name = cut[-1].output.tensor
                whole[name] = call.output.tensor
                parts[name] = (len(rows), *shapes[call.output.tensor][1:])
            rows = needed
        calls += reversed(cut)
    return Strips((*strips.calls[:start], *calls, *strips.calls[end:]), whole, parts)


def _rows_of(call: Call, rows: range, shapes: Shapes) -> tuple[Call, range]:
    """Return the call for some rows of its output, and which rows of its input it reads.

    Its operands start at these rows of the whole tensors.
    """
    source = cast(Argument, call.inputs[0])
    settings: Mapping[str, Setting]
    if "window" in call.settings:
        window = cast(Mapping[str, int], call.settings["window"])
        top = rows.start * window["stride_y"] - window["pad_top"]
        reach = (window["kernel_height"] - 1) * window["dilation_y"] + 1
        bottom = (rows.stop - 1) * window["stride_y"] - window["pad_top"] + reach
        first = min(max(top, 0), window["input_height"] - 1)  # also if all rows are padding
        needed = range(first, max(min(bottom, window["input_height"]), first + 1))
        part = {
            **window,
            "input_height": len(needed),
            "output_height": len(rows),
            "pad_top": needed.start - top,
        }
        settings = {**call.settings, "window": part}
    else:
        needed = rows
        width = shapes[call.output.tensor][1]
        settings = {**call.settings, "rows": len(rows) * width}
    read = _from_row(source.tensor, needed.start, shapes)
    output = _from_row(call.output.tensor, rows.start, shapes)
    return replace(call, settings=settings, inputs=(read,), output=output), needed


def _from_row(tensor: str, row: int, shapes: Shapes) -> Argument:
    _, width, channels = shapes[tensor]
    return Argument(tensor, row * width * channels)


def _renamed(call: Call, strip: int, *, is_first: bool, is_last: bool) -> Call:
    """Return the call of a strip, which keeps what is between layers in tensors of its own."""
    source = cast(Argument, call.inputs[0])
    return replace(
        call,
        name=f"{call.name}_strip_{strip}",
        inputs=(source if is_first else Argument(_part(source.tensor, strip)),),
        output=call.output if is_last else Argument(_part(call.output.tensor, strip)),
    )


def _part(tensor: str, strip: int) -> str:
    return f"{tensor}/strip {strip}"
