"""boxes.json: positions of faces or other objects in the photos beside it.

    {"photo.png": [x, y, width, height], "several.png": [[...], [...]], "nothing.png": []}

Names are file names, with or without their suffix, as for the app's option --boxes.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoo.errors import LabelError
from zoo.step import Box

__all__ = ["BOX_FILE", "Boxes", "read_boxes"]

BOX_FILE = "boxes.json"


@dataclass(frozen=True)
class Boxes:
    """Boxes by photo name."""

    table: Path
    by_name: Mapping[str, tuple[Box, ...]]

    def of(self, photo: Path) -> tuple[Box, ...]:
        """Return a photo's boxes; raises DataError if it is not in the table."""
        for name in (photo.name, photo.stem):
            if name in self.by_name:
                return self.by_name[name]
        raise LabelError(
            f"{self.table}: has no box for photo '{photo.name}'; add one, or [] if there is "
            "nothing to find in it"
        )


def read_boxes(table: Path) -> Boxes:
    """Read the file; raises DataError naming it and the photo at fault."""
    try:
        content = json.loads(table.read_text("utf-8-sig"))
    # Also a number of thousands of digits, and brackets thousands deep.
    except (OSError, ValueError, RecursionError) as error:
        raise LabelError(f"{table}: cannot be read as JSON ({error}); correct it") from error
    if not isinstance(content, dict):
        raise LabelError(
            f'{table}: expected a table of boxes by photo, {{"photo.png": [x, y, w, h]}}'
        )
    return Boxes(table, {name: _boxes(v, f"{table}: '{name}'") for name, v in content.items()})


def _boxes(value: Any, where: str) -> tuple[Box, ...]:  # noqa: ANN401 (JSON)
    if isinstance(value, list) and all(isinstance(item, list) for item in value):
        return tuple(_box(item, where) for item in value)
    return (_box(value, where),)


def _box(value: Any, where: str) -> Box:  # noqa: ANN401 (JSON)
    numbers = value if isinstance(value, list) else []
    is_box = len(numbers) == 4 and all(type(number) in (int, float) for number in numbers)
    if not is_box or not all(map(_is_finite, numbers)) or min(numbers[2:]) <= 0:
        raise LabelError(
            f"{where}: is {value!r:.200}; a box is [x, y, width, height], or a list of boxes"
        )
    x, y, width, height = map(float, numbers)
    return x, y, width, height


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an integer beyond all floats
        return False
