"""What goes into a user's network, as its file says, and guesses of what it leaves open."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from zoo.build.file_notes import FileNotes, read_notes
from zoo.build.first_signal import signal_shape, signal_steps
from zoo.contract import FileInput
from zoo.contract_files import Numbers
from zoo.errors import ContractError, HubError, RecipeError, UsageError
from zoo.graph import Graph
from zoo.plugs import DeclaredInput
from zoo.user_file import find_importer

__all__ = ["Source", "find_source", "import_source", "is_state", "read_network"]

_SIZE = 224
"""Of most classifiers, where a file leaves height and width open."""

_AXES = {"nchw": (0, 1, 2), "nhwc": (2, 0, 1)}
"""Of channels, height and width, without the batch."""
_PICTURE_AXES, _CHANNELS = 3, (1, 3)

_STATE = re.compile(
    r"(^|[._/])((h|c)_?(0|n|t|x|in)?|(state|hidden|cell|memory|cache|past)\w{0,8})$", re.IGNORECASE
)
_RATE = re.compile(r"sr|rate|sample_?rate|sampling_?rate", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """The picture or signal that goes in. guesses: what the file does not state.

    notes: comments on what it states beside the network.
    span: smallest and largest real of a quantized picture.
    signal: the contract's line about it, '' for a picture.  signal_steps: those of `pre`.
    constants: the network's further inputs.
    """

    name: str
    form: FileInput
    guesses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    span: tuple[float, float] | None = None
    signal: str = ""
    signal_steps: tuple[str, ...] = ()
    constants: Mapping[str, FileInput] = field(default_factory=dict)


def find_source(file: Path, size: tuple[int, int] | None, rate_hz: int, notes: FileNotes) -> Source:
    """Return the source of a network; raises RecipeError if no input is one.

    size: height and width, where the file leaves them open.  rate_hz: of signals, 0 for pictures.
    notes: of the file.
    """
    importer = find_importer(file)
    given, others = _apart(importer.declared_inputs(file), file, rate_hz)
    if rate_hz:
        source = _signal(given, file, rate_hz)
    else:
        source = _picture(given, importer.layout, file, size, notes)
    return replace(source, constants={other.name: _constant(other, rate_hz) for other in others})


def import_source(file: Path, source: Source) -> Graph:
    """Return the network for this source; raises a HubError that says what was guessed."""
    inputs = {source.name: source.form, **source.constants}
    try:
        return find_importer(file).import_file(file, inputs)
    except HubError as error:
        told = _guessed(source)
        raise type(error)(f"{error} (guessed: {told})" if told else str(error)) from error


def read_network(file: Path, size: tuple[int, int] | None = None, rate_hz: int = 0) -> Graph:
    """Return a network without a contract; with a size or a rate, what it leaves open is guessed.

    Parameters and errors: as of `find_source` and `import_source`.
    """
    if size is None and not rate_hz:
        return find_importer(file).import_file(file, {})
    notes = read_notes(find_importer(file).metadata(file))
    return import_source(file, find_source(file, size, rate_hz, notes))


def _guessed(source: Source) -> str:
    """Return what was guessed of the inputs, as text."""
    told = list(source.guesses)
    if told and not source.signal:
        told.append("--size HEIGHTxWIDTH sets it.")
    states = [name for name, given in source.constants.items() if is_state(name, given.value or 0)]
    if states:
        told.append(
            f"'{states[0]}' is 0, since it seems to be a state that is handed from frame to frame, "
            "which is not supported."
        )
    return " ".join(told).removesuffix(".")


def _apart(
    inputs: Sequence[DeclaredInput], file: Path, rate_hz: int
) -> tuple[DeclaredInput, list[DeclaredInput]]:
    """Return the picture, or the first input of a network of signals, and the other inputs."""
    if rate_hz and inputs:
        return inputs[0], list(inputs[1:])
    pictures = [given for given in inputs if _layout(given)]
    if len(pictures) != 1:
        found = ", ".join(
            f"'{given.name}' is {given.dtype or 'no tensor'} {_shown(given)}" for given in inputs
        )
        raise ContractError(
            f"{file.name}: input {found} (without the batch); expected one image, float32 or "
            "uint8 [3, height, width], [height, width, 3] or with 1 channel; for sound and other "
            "signals, give their rate with --signal RATE"
        )
    return pictures[0], [given for given in inputs if given is not pictures[0]]


def is_state(name: str, value: Numbers) -> bool:
    """Whether an input is what a network hands from frame to frame, by its name."""
    return isinstance(value, tuple) and _STATE.search(name) is not None


def _constant(given: DeclaredInput, rate_hz: int) -> FileInput:
    """Return a further input: a state of zeros, the rate of signals, otherwise ones."""
    is_real = given.dtype.startswith("float")
    value = _filled(given.shape, 1.0 if is_real else 1)
    if is_real and is_state(given.name, value):
        value = _filled(given.shape, 0.0)
    elif rate_hz and _RATE.fullmatch(given.name):
        value = _filled(given.shape, float(rate_hz) if is_real else rate_hz)
    return FileInput(value=value)


def _filled(shape: Sequence[int | None], number: float) -> Numbers:
    """Return a number in an input's shape, with 1 for open axes."""
    filled: Numbers = number
    for size in reversed(shape):
        filled = (filled,) * (size or 1)
    return filled


def _signal(given: DeclaredInput, file: Path, rate_hz: int) -> Source:
    try:
        shape = signal_shape(given, rate_hz)
    except RecipeError as error:
        raise ContractError(f"{file.name}: {error}") from error
    form = FileInput(shape, dtype=given.dtype)
    is_last = len(shape) == _PICTURE_AXES and shape[-1] == 1 != shape[0]
    if is_last:  # as TensorFlow lays frames and bands
        form = replace(form, shape=(1, *shape[:-1]), layout="nhwc")
    return Source(
        given.name,
        form,
        ("a second; the file leaves the length open.",) if None in given.shape[1:] else (),
        signal=f'signal = {{rate_hz = {rate_hz}, channel = "only"}}',
        signal_steps=tuple(signal_steps(shape, rate_hz)),
    )


def _picture(
    given: DeclaredInput, usual: str, file: Path, size: tuple[int, int] | None, notes: FileNotes
) -> Source:
    """Return the picture of an input. usual: the layout of images in files of this kind."""
    layout = usual if usual != "nchw" else _layout(given) or "nchw"
    guesses, comments = [], []
    if layout != usual:
        guesses.append(f"channels last, since the last axis is {given.shape[-1]}.")
    shape = [given.shape[1:][axis] for axis in _AXES[layout]]
    asked_hw = size or notes.size or (_SIZE, _SIZE)
    if None in shape[1:] and size is None:
        if notes.size:
            comments.append(f"{asked_hw[0]}x{asked_hw[1]} is what the file's metadata says.")
        else:
            guesses.append(f"{_SIZE}x{_SIZE}; the file leaves the size open.")
    height, width = (found or asked for found, asked in zip(shape[1:], asked_hw, strict=True))
    if size not in (None, (height, width)):
        raise UsageError(
            f"{file.name}: its input '{given.name}' is {_shown(given)}, which --size cannot "
            "change; leave it out"
        )
    form = FileInput((shape[0] or 3, height, width), layout, given.dtype)
    return Source(given.name, form, tuple(guesses), tuple(comments), given.span)


def _layout(given: DeclaredInput) -> str | None:
    """Return the layout of an input with the channels of a picture, None if there are none."""
    sizes = given.shape[1:]
    if len(sizes) != _PICTURE_AXES or given.dtype not in ("float32", "uint8"):
        return None
    found = (layout for layout, axes in _AXES.items() if sizes[axes[0]] in _CHANNELS)
    return next(found, None)


def _shown(given: DeclaredInput) -> str:
    return f"[{', '.join('?' if size is None else str(size) for size in given.shape[1:])}]"
