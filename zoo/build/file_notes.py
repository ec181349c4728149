"""What a network's file says of its contract, in the metadata that exporters write."""

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zoo.parameters import is_integers

__all__ = ["FileNotes", "read_notes"]

_LONGEST = 1 << 20
_LABELS = ("names", "labels", "classes", "class_names", "id2label")
"""Keys of Ultralytics ('names'), Hugging Face ('id2label') and others."""


@dataclass(frozen=True)
class FileNotes:
    """What is known without looking at the network.

    labels: of the classes, in order.  size: height and width of the input, None if unsaid.
    keypoints: number of each box, and numbers of each; zeros for none.
    is_ultralytics: whether pixels are 0..1 and photos fitted into the input, as for all of these.
    characters: number of those that a network of text scores, 0 for others.
    """

    labels: tuple[str, ...] = ()
    size: tuple[int, int] | None = None
    keypoints: tuple[int, int] = (0, 0)
    is_ultralytics: bool = False
    characters: int = 0


def read_notes(metadata: Mapping[str, str]) -> FileNotes:
    """Return the notes; what cannot be read is left out.

    Sources: Ultralytics' exporter writes 'names', 'imgsz' [height, width], 'kpt_shape' and
    'stride' as Python literals; RapidOCR's files hold a line for each of 'character'.
    """
    points, size = (_integers(metadata.get(key, "")) for key in ("kpt_shape", "imgsz"))
    return FileNotes(
        labels=next(filter(None, (_labels(metadata.get(key, "")) for key in _LABELS)), ()),
        size=size or None,
        keypoints=points or (0, 0),
        is_ultralytics={"names", "stride"} <= metadata.keys(),
        characters=len(metadata.get("character", "").splitlines()),
    )


def _labels(text: str) -> tuple[str, ...]:
    """Return texts of a list, or of a table with the numbers 0, 1, 2, ... as keys."""
    found = _literal(text)
    if isinstance(found, Mapping):
        keys = [str(key) for key in found]
        found = list(found.values()) if keys == [str(i) for i in range(len(keys))] else []
    if not isinstance(found, list | tuple):
        return ()
    are_texts = all(isinstance(label, str) and label and label.isprintable() for label in found)
    return tuple(found) if are_texts else ()


def _integers(text: str) -> tuple[int, int] | None:
    """Return two integers above 0; one stands for both."""
    found = _literal(text)
    numbers = list(found) if isinstance(found, list | tuple) else [found, found]
    if not is_integers(numbers) or len(numbers) != 2 or min(numbers) < 1:
        return None
    return numbers[0], numbers[1]


def _literal(text: str) -> Any:  # noqa: ANN401 (whatever a literal can say)
    """Return the value of a literal in JSON or Python, None for other text."""
    if len(text) > _LONGEST:
        return None
    for parse in (json.loads, ast.literal_eval):
        try:
            value = parse(text)
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
            continue
        return value
    return None
