"""What guesses of the steps after a network begin from, and what they are."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, prod

from zoo.build.file_notes import FileNotes

__all__ = ["STRIDES", "FirstPost", "Network", "labelled", "quoted", "single"]

STRIDES = (8, 16, 32)
"""Of the levels of most detectors, in pixels."""
_LABELS = '# With labels: labels = {file = "labels.txt"}, one per line.'
_COLUMNS = 90


@dataclass(frozen=True)
class FirstPost:
    """The lines of `post`, and what they tell of the photos that the network was trained with.

    fits: how these were fitted into the input with an equal scale, 'whole' or as a 'line' of text
    with the input's height; '' if they were not.
    pixels: their numbers, 'imagenet', '0..1', '-1..1', or 'bgr' for blue, green, red of 0..255.
    """

    lines: tuple[str, ...] = ()
    fits: str = ""
    pixels: str = "imagenet"


@dataclass(frozen=True)
class Network:
    """What is known of a network. height, width: of its input.  outputs: shapes without the batch.

    made_by: op of each output, in a quantized network of its integers.
    """

    height: int
    width: int
    outputs: Mapping[str, tuple[int, ...]]
    made_by: Mapping[str, str]
    notes: FileNotes

    def grid(self, stride: int) -> tuple[int, int]:
        """Return rows and columns of cells."""
        return ceil(self.height / stride), ceil(self.width / stride)

    @property
    def cells(self) -> int:
        """Return the cells of all strides."""
        return sum(prod(self.grid(stride)) for stride in STRIDES)


def single(network: Network) -> tuple[str, tuple[int, ...]]:
    """Return the only output as TOML, and its shape; no shape if there are several."""
    if len(network.outputs) != 1:
        return "", ()
    ((name, shape),) = network.outputs.items()
    return quoted(name), shape


def labelled(network: Network, step: str, classes: int) -> Iterator[str]:
    """Yield the lines of a step with the file's labels, or how to add others."""
    labels = network.notes.labels
    if len(labels) != classes:
        if labels:
            yield f"# The {len(labels)} labels of the file's metadata do not fit."
        yield _LABELS
        yield f"{{{step}}},"
        return
    yield f"# The {classes} labels are the file's."
    yield f"{{{step}, labels = ["
    line = ""
    for label in map(quoted, labels):
        if line and len(line) + len(label) > _COLUMNS:
            yield line.rstrip()
            line = ""
        line += f"{'' if line else '    '}{label}, "
    yield line.rstrip()
    yield "]},"


def quoted(name: str) -> str:
    """Return a name as TOML."""
    return json.dumps(name, ensure_ascii=False)
