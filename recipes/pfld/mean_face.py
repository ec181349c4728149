"""The average places of landmarks in a cut face, which the network's output is relative to.

`recipes/pfld/average_places.py` found them.
"""

import json
from functools import cache
from pathlib import Path

__all__ = ["FILE", "mean_face"]

FILE = Path(__file__).with_name("mean_faces.json")


@cache
def mean_face(points: int) -> tuple[tuple[float, float], ...]:
    """Return the place (x, y) of each landmark, fractions of the cut."""
    faces = json.loads(FILE.read_text("utf-8"))
    return tuple((x, y) for x, y in faces[str(points)])
