"""Reads the labelled faces that `--data` names, as in zoo/data/labelled_data.py."""

from pathlib import Path

from zoo.data.crops import Crops
from zoo.data.labelled_data import LabelledData, find_data
from zoo.errors import DataError, LabelError

__all__ = ["crops_of", "find_faces", "read_faces"]


def read_faces(name: str | Path, split: str, points: int | None = None) -> Crops:
    """Return the named faces, by default of `split`.

    points: required landmarks, None for any. Raises DataError naming the file at fault, and for a
    wrong number of landmarks before photos are read.
    """
    return crops_of(find_faces(name, split, points))


def find_faces(name: str | Path, split: str, points: int | None = None) -> LabelledData:
    """Return the data for `read_faces`; raises like `find_data`, and for other landmarks."""
    found = find_data(name, split)
    if not found.points:
        raise _no_faces(found)
    if points is not None and found.points != points:
        raise LabelError(
            f"{found.folder}: its faces have {found.points} landmarks; expected {points}; "
            "give another data set or model"
        )
    return found


def crops_of(found: LabelledData) -> Crops:
    """Read the faces that were found; raises DataError naming the file at fault."""
    crops = found.read()
    if not isinstance(crops, Crops):
        raise _no_faces(found)
    return crops


def _no_faces(found: LabelledData) -> DataError:
    return DataError(
        f"{found.folder}: data set '{found.dataset.name}' holds no landmarks of faces; give "
        "another data set"
    )
