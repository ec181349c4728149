"""Average landmark positions in a face crop, which the network's output is relative to.

Computed by `recipes/pfld/average_places.py`.
"""

import json
from functools import cache
from pathlib import Path

__all__ = ["FILE", "mean_face"]

FILE = Path(__file__).with_name("mean_faces.json")


@cache
def mean_face(points: int) -> tuple[tuple[float, float], ...]:
    """Return the position (x, y) of each landmark, as fractions of the crop."""
    faces = json.loads(FILE.read_text("utf-8"))
    return tuple((x, y) for x, y in faces[str(points)])
