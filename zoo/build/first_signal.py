"""The part of a first contract that is about a signal."""

from collections.abc import Iterator
from math import prod

from zoo.errors import ContractError
from zoo.plugs import DeclaredInput

__all__ = ["signal_shape", "signal_steps"]

_WINDOW_S, _HOP_S, _LOW_HZ = 0.025, 0.010, 20
"""Of most networks of speech."""
_FEATURE_AXES = 2


def signal_shape(given: DeclaredInput, rate_hz: int) -> tuple[int, ...]:
    """Return the input's shape without the batch; an open axis is a second long.

    Raises RecipeError for an input that is neither samples nor rows of bands.
    """
    sizes = given.shape[1:]
    second = rate_hz if _varying(sizes) < _FEATURE_AXES else round(1 / _HOP_S)
    shape = tuple(second if size is None else size for size in sizes)
    if given.dtype != "float32" or not shape or _varying(shape) not in (1, _FEATURE_AXES):
        raise ContractError(
            f"input '{given.name}' is {given.dtype or 'no tensor'} {list(shape)} (without the "
            "batch); a signal is float32, with one axis of samples, or two of frames and bands"
        )
    return shape


def signal_steps(shape: tuple[int, ...], rate_hz: int) -> Iterator[str]:
    """Yield the lines of `pre`, with guesses marked."""
    if _varying(shape) == 1:
        yield f'    {{name = "segment", length = {prod(shape)}}},'
        yield "    # GUESS: -1..1. For 16-bit integers: gain = 32768"
        yield '    {name = "waveform"},'
        return
    frames, bands = (size for size in shape if size != 1)
    window, hop = round(_WINDOW_S * rate_hz), round(_HOP_S * rate_hz)
    yield "    # GUESS: windows of 25 ms every 10 ms, from the signal's start."
    yield f'    {{name = "segment", length = {window + (frames - 1) * hop}}},'
    yield '    # GUESS: all but the shape. For [bands, frames]: order = "bands_frames"'
    numbers = f"window = {window}, hop = {hop}, fft = {1 << (window - 1).bit_length()}"
    ends = f"low_hz = {_LOW_HZ}, high_hz = {rate_hz // 2}"
    yield f'    {{name = "log_mel", {numbers}, bands = {bands}, {ends}}},'


def _varying(sizes: tuple[int | None, ...]) -> int:
    """Return the number of axes that are not 1."""
    return sum(size != 1 for size in sizes)
