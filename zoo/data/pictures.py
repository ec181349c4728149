"""Calibration pictures of a folder or labelled data, and the region of each."""

import logging
from collections.abc import Sequence
from pathlib import Path

from zoo import registry
from zoo.contract import Contract
from zoo.data.box_file import BOX_FILE, Boxes, read_boxes
from zoo.data.labelled_data import find_data, is_labelled, recognisers
from zoo.data.recordings import recordings
from zoo.errors import DataError, MissingFileError
from zoo.picture import Picture
from zoo.picture_header import SUFFIXES
from zoo.recipe import Recipe

__all__ = [
    "calibration_pictures",
    "count_note",
    "demand_pictures",
    "labelled_pictures",
    "region_note",
]

_ENOUGH = 100
"""Below it, ranges that are seen depend on which pictures there happen to be."""


def calibration_pictures(recipe: Recipe, data: Path, count: int) -> Sequence[Picture]:
    """Return `count` pictures, or recordings for a contract of signals, evenly spread.

    They are spread over the data set, or over the folder's sorted names.

    Boxes come from the labels of a known data set, or from boxes.json beside the pictures, as in
    the app; otherwise whole photos are used. Unreadable ones are skipped with a warning. Raises
    UsageError for a missing folder, DataError for an empty one, if no picture is left, and for a
    photo missing in boxes.json.
    """
    if recipe.contract.signal is not None:
        pictures: Sequence[Picture] = recordings(data, recipe.contract.signal)
    else:
        pictures = labelled_pictures(recipe, data) or _plain_pictures(data)
    if len(pictures) > count:
        pictures = [pictures[index * len(pictures) // count] for index in range(count)]
    return _readable(pictures, data)


def labelled_pictures(recipe: Recipe, data: Path) -> Sequence[Picture]:
    """Return the pictures with the boxes of their labels, none for a folder without labels.

    data: as in `zoo.data.labelled_data`, by default the training split. A recipe of the zoo reads
    it itself, and refuses labels that it cannot be trained on.
    """
    if recipe.pictures:
        found: Sequence[Picture] = registry.resolve(recipe.pictures)(recipe.as_registered, data)
        return found
    if not is_labelled(data, "train"):
        return ()
    return find_data(data, "train").pictures()


def demand_pictures(folder: Path) -> None:
    """Raise DataError for a folder without picture files that is not a data set; reads nothing."""
    found = filter(_is_picture, folder.rglob("*"))
    if not any(path.is_file() for path in found) and not recognisers(folder):
        raise DataError(f"{folder}: holds no picture ({', '.join(SUFFIXES)})")


def count_note(count: int) -> str:
    """Return a warning if there are few calibration pictures; otherwise ''."""
    if count >= _ENOUGH:
        return ""
    return (
        f"calibration used {count} picture{'s' * (count != 1)}, which is few: give {_ENOUGH} or "
        "more, as varied as what the network will see"
    )


def region_note(contract: Contract, pictures: Sequence[Picture]) -> str:
    """Return a note if whole photos are used although the contract crops; otherwise ''."""
    scales = [s.parameters.get("scale", 1.2) for s in contract.pre if s.name == "crop"]
    if any(picture.box for picture in pictures) or not any(scale != 1 for scale in scales):
        return ""
    return (
        f"calibration used whole pictures, but the contract crops {scales[0]:g} times a box: "
        f"give labelled data, or put a {BOX_FILE} beside the pictures (docs/quantization.md)"
    )


def _plain_pictures(folder: Path) -> list[Picture]:
    if not folder.is_dir():
        raise MissingFileError(f"{folder}: no such folder; give one with pictures")
    demand_pictures(folder)
    found = sorted(filter(_is_picture, folder.rglob("*")))
    table = folder / BOX_FILE
    if not table.is_file():
        return [Picture(path) for path in found]
    boxes = read_boxes(table)
    pictures = [picture for path in found for picture in _boxed(path, boxes)]
    if not pictures:
        raise DataError(f"{table}: has no box for any picture; give at least one")
    return pictures


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in SUFFIXES


def _boxed(path: Path, boxes: Boxes) -> list[Picture]:
    """Return a photo's regions; an unreadable file is kept whole, because it is skipped later."""
    try:
        return [Picture(path, box) for box in boxes.of(path)]
    except DataError:
        if Picture(path).why_unreadable():
            return [Picture(path)]
        raise


def _readable(pictures: Sequence[Picture], data: Path) -> Sequence[Picture]:
    by_path = {picture.path: picture for picture in pictures}
    reasons = {path: picture.why_unreadable() for path, picture in by_path.items()}
    left_out = {path: reason for path, reason in reasons.items() if reason}
    if left_out and len(left_out) == len(reasons):
        first = next(iter(left_out.values()))
        raise DataError(f"{data}: none of {len(reasons)} files can be read; {first}")
    warning = logging.getLogger(__name__).warning
    for reason in left_out.values():
        warning("skipped: %s", reason)
    if left_out:
        warning("%d of %d files cannot be read and are skipped", len(left_out), len(reasons))
    return [picture for picture in pictures if picture.path not in left_out]
