"""A first contract of a user's network: what the file states, and guesses that are marked."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from zoo.build.file_notes import FileNotes, read_notes
from zoo.build.first_guess import FirstPost
from zoo.build.first_post import first_post
from zoo.build.first_signal import signal_shape, signal_steps
from zoo.contract import FileInput
from zoo.contract_files import Numbers
from zoo.errors import HubError, RecipeError, UsageError
from zoo.graph import Graph
from zoo.plugs import DeclaredInput
from zoo.user_file import find_importer

__all__ = ["first_contract"]

_SIZE = 224
"""Of most classifiers, where a file leaves height and width open."""

_AXES = {"nchw": (0, 1, 2), "nhwc": (2, 0, 1)}
"""Of channels, height and width, without the batch."""
_PICTURE_AXES, _CHANNELS = 3, (1, 3)

# Of ImageNet, as torchvision uses them, in pixel values.
_MEAN, _STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


@dataclass(frozen=True)
class _Source:
    """The picture or signal that goes in. guesses: what the file does not state.

    notes: comments on what it states beside the network.
    span: smallest and largest real of a quantized picture.
    signal: the contract's line about it, '' for a picture.  signal_steps: those of `pre`.
    """

    name: str
    form: FileInput
    guesses: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    span: tuple[float, float] | None = None
    signal: str = ""
    signal_steps: tuple[str, ...] = ()


def first_contract(file: Path, size: tuple[int, int] | None = None, rate_hz: int = 0) -> str:
    """Return a contract in TOML that fits the network; raises RecipeError if no source fits.

    size: height and width, where the file leaves them open.  rate_hz: of signals, 0 for pictures.
    The file states names and shapes. How sources are prepared is in the training's code only.
    """
    importer = find_importer(file)
    given, others = _apart(importer.declared_inputs(file), file, rate_hz)
    notes = read_notes(importer.metadata(file))
    if rate_hz:
        source = _signal(given, file, rate_hz)
    else:
        source = _picture(given, importer.layout, file, size, notes)
    constants = {other.name: FileInput(value=_ones(other)) for other in others}
    try:
        graph = importer.import_file(file, {source.name: source.form, **constants})
    except HubError as error:
        if not source.guesses:
            raise
        guessed = " ".join(source.guesses)
        remedy = "" if rate_hz else " --size HEIGHTxWIDTH sets it"
        raise type(error)(f"{error} (guessed: {guessed}{remedy})") from error
    post = first_post(graph, None if rate_hz else source.form.shape[1:], notes)
    pre = source.signal_steps if rate_hz else tuple(_pre(source.form, source.span, post))
    return "\n".join(
        (
            f"# First contract of {json.dumps(file.name, ensure_ascii=False)}. Names and shapes "
            "are the file's.",
            "# Lines with GUESS are not in the file: compare them with the training's code.",
            "# docs/contract.md describes all steps.",
            "",
            *filter(None, (source.signal,)),
            *(f"# GUESS: {guess}" for guess in source.guesses),
            *(f"# {note}" for note in source.notes),
            f"input = {_input(source)}",
            "outputs = [",
            *(f"    {_tensor(graph, name)}," for name in graph.outputs),
            "]",
            *_constants(constants),
            "pre = [",
            *pre,
            "]",
            *post.lines,
            "",
        )
    )


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
        raise RecipeError(
            f"{file.name}: input {found} (without the batch); expected one image, float32 or "
            "uint8 [3, height, width], [height, width, 3] or with 1 channel; for sound and other "
            "signals, give their rate with --signal RATE"
        )
    return pictures[0], [given for given in inputs if given is not pictures[0]]


def _ones(given: DeclaredInput) -> Numbers:
    """Return ones in an input's shape, with 1 for open axes."""
    one: Numbers = 1.0 if given.dtype.startswith("float") else 1
    for size in reversed(given.shape):
        one = (one,) * (size or 1)
    return one


def _constants(constants: Mapping[str, FileInput]) -> Iterator[str]:
    if not constants:
        return
    yield "# GUESS: ones. State what the network gets besides the picture."
    yield "constants = ["
    for name, given in constants.items():
        text = json.dumps(name, ensure_ascii=False)
        yield f"    {{name = {text}, value = {json.dumps(given.value)}}},"
    yield "]"


def _signal(given: DeclaredInput, file: Path, rate_hz: int) -> _Source:
    try:
        shape = signal_shape(given, rate_hz)
    except RecipeError as error:
        raise RecipeError(f"{file.name}: {error}") from error
    form = FileInput(shape, dtype=given.dtype)
    is_last = len(shape) == _PICTURE_AXES and shape[-1] == 1 != shape[0]
    if is_last:  # as TensorFlow lays frames and bands
        form = replace(form, shape=(1, *shape[:-1]), layout="nhwc")
    return _Source(
        given.name,
        form,
        ("a second; the file leaves the length open.",) if None in given.shape[1:] else (),
        signal=f'signal = {{rate_hz = {rate_hz}, channel = "only"}}',
        signal_steps=tuple(signal_steps(shape, rate_hz)),
    )


def _picture(
    given: DeclaredInput, usual: str, file: Path, size: tuple[int, int] | None, notes: FileNotes
) -> _Source:
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
    return _Source(given.name, form, tuple(guesses), tuple(comments), given.span)


def _layout(given: DeclaredInput) -> str | None:
    """Return the layout of an input with the channels of a picture, None if there are none."""
    sizes = given.shape[1:]
    if len(sizes) != _PICTURE_AXES or given.dtype not in ("float32", "uint8"):
        return None
    found = (layout for layout, axes in _AXES.items() if sizes[axes[0]] in _CHANNELS)
    return next(found, None)


def _shown(given: DeclaredInput) -> str:
    return f"[{', '.join('?' if size is None else str(size) for size in given.shape[1:])}]"


def _input(source: _Source) -> str:
    """Return the input in the file's layout; only pictures have channels in front."""
    name, (channels, *size) = json.dumps(source.name, ensure_ascii=False), source.form.shape
    is_last = source.form.layout == "nhwc"
    shape = [*size, channels] if is_last else [channels, *size]
    layout = ', layout = "nhwc"' if is_last else ""
    dtype = ', type = "uint8"' if source.form.dtype == "uint8" else ""
    return f"{{name = {name}, shape = {shape}{layout}{dtype}}}"


def _pre(form: FileInput, span: tuple[float, float] | None, post: FirstPost) -> Iterator[str]:
    """Yield the steps of a picture. post: what follows the network."""
    channels, height, width = form.shape
    step, how, others = "stretch", "stretched", "center_crop, letterbox, crop"
    if post.fits:
        step, how, others = "letterbox", "fitted into the input", "stretch, center_crop, crop"
    yield f"    # GUESS: the whole photo, {how}. Others: {others}."
    yield f'    {{name = "{step}", size = [{height}, {width}], interpolation = "bilinear"}},'
    if channels == 1:
        yield "    # GUESS: a gray picture. For sound: zoo contract init --signal RATE"
        yield '    {name = "gray"},'
    elif post.pixels == "bgr":
        yield "    # GUESS: blue, green, red."
        yield '    {name = "color", order = "bgr"},'
    else:
        yield '    # GUESS: RGB. For BGR (OpenCV): {name = "color", order = "bgr"},'
    if form.dtype == "uint8":
        zeros, ones = [0] * channels, [1] * channels
        yield "    # The network takes uint8 pixels, which it scales itself."
        yield f'    {{name = "normalize", mean = {zeros}, std = {ones}}},'
        return
    if span is not None:
        yield "    # GUESS: black and white are the ends of the input's integers."
        yield _normalize_to(channels, *span)
        return
    if post.pixels == "bgr":
        yield "    # GUESS: 0..255."
        yield from _scaled(channels, 1)
        return
    if channels == 1 or post.pixels == "0..1":
        yield "    # GUESS: 0..1."
        yield from _scaled(channels, 255)
        return
    yield "    # GUESS: those of ImageNet. For 0..1: mean = [0, 0, 0], std = [255, 255, 255]"
    yield f'    {{name = "normalize", mean = {_MEAN}, std = {_STD}}},'


def _scaled(channels: int, std: int) -> Iterator[str]:
    yield f'    {{name = "normalize", mean = {[0] * channels}, std = {[std] * channels}}},'


def _normalize_to(channels: int, low: float, high: float) -> str:
    """Return the step that turns 0..255 into these reals."""
    step = 255 / (high - low)
    mean, std = (channels * [round(value, 3) or 0.0] for value in (-low * step, step))
    return f'    {{name = "normalize", mean = {mean}, std = {std}}},'


def _tensor(graph: Graph, name: str) -> str:
    text = json.dumps(name, ensure_ascii=False)
    return f"{{name = {text}, shape = {list(_shape(graph, name))}}}"


def _shape(graph: Graph, name: str) -> tuple[int, ...]:
    return tuple(int(n) for n in graph.tensors[name].shape[1:])
