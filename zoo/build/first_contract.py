"""A first contract of a user's network: what the file states, and guesses that are marked."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from zoo.build.file_notes import read_notes
from zoo.build.first_guess import FirstPost
from zoo.build.first_post import first_post
from zoo.build.first_source import Source, find_source, import_source, is_state
from zoo.contract import FileInput
from zoo.graph import Graph
from zoo.user_file import find_importer

__all__ = ["first_contract"]

_FITS = {
    "": ("stretch", "stretched", "center_crop, letterbox, crop", ""),
    "whole": ("letterbox", "fitted into the input", "stretch, center_crop, crop", ""),
    "line": (
        "letterbox",
        "a line of text",
        "stretch",
        ', fill = "height", place = "top-left", padding = [128, 128, 128]',
    ),
}
"""Step, what it does, others, and more parameters, by FirstPost.fits."""

# Of ImageNet, as torchvision uses them, in pixel values.
_MEAN, _STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


def first_contract(file: Path, size: tuple[int, int] | None = None, rate_hz: int = 0) -> str:
    """Return a contract in TOML that fits the network; raises RecipeError if no source fits.

    size: height and width, where the file leaves them open.  rate_hz: of signals, 0 for pictures.
    The file states names and shapes. How sources are prepared is in the training's code only.
    """
    notes = read_notes(find_importer(file).metadata(file))
    source = find_source(file, size, rate_hz, notes)
    graph = import_source(file, source)
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
            *_constants(source.constants),
            "pre = [",
            *pre,
            "]",
            *post.lines,
            "",
        )
    )


def _constants(constants: Mapping[str, FileInput]) -> Iterator[str]:
    if not constants:
        return
    yield "# GUESS: their numbers. State what the network gets besides the picture or signal."
    if any(is_state(name, given.value) for name, given in constants.items() if given.value):
        yield "# A state from frame to frame is not supported: each picture or signal begins anew."
    yield "constants = ["
    for name, given in constants.items():
        text = json.dumps(name, ensure_ascii=False)
        yield f"    {{name = {text}, value = {json.dumps(given.value)}}},"
    yield "]"


def _input(source: Source) -> str:
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
    step, how, others, more = _FITS[post.fits]
    yield f"    # GUESS: the whole photo, {how}. Others: {others}."
    size = f"size = [{height}, {width}]{more}"
    yield f'    {{name = "{step}", {size}, interpolation = "bilinear"}},'
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
    if post.pixels == "-1..1":
        yield "    # GUESS: -1..1."
        yield _normalize_to(channels, -1, 1)
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
