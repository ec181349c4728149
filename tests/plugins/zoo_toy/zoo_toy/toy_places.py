"""toy_places: pictures, and `places.csv` that says where in each of them the thing is."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from pathlib import Path

from zoo.errors import DataError
from zoo.picture import Picture
from zoo.plugs import Dataset

__all__ = ["DATASET", "Place"]


@dataclass(frozen=True)
class Place:
    """A whole picture and (x, y), pixel i covering [i, i + 1)."""

    picture: Picture
    xy: tuple[float, float]


class ToyPlaces(Dataset):
    """A table with the columns file, x and y; the folder is one split."""

    name = "toy_places"
    summary = "places.csv and pictures: a place in each"
    splits: tuple[str, ...] = ()

    def recognises(self, folder: Path) -> bool:
        """Tell whether there is a table of places."""
        return (folder / "places.csv").is_file()

    def points(self, folder: Path) -> int:  # noqa: ARG002 (the same for all)
        """Return 0: a place is no landmark of a face."""
        return 0

    def read(self, folder: Path, split: str) -> tuple[Place, ...]:  # noqa: ARG002 (there are none)
        """Return the places, pictures unread; raises DataError naming the line at fault."""
        places = tuple(_places(folder))
        if not places:
            raise DataError(f"{folder / 'places.csv'}: no places; expected a line for each")
        return places

    def pictures(self, folder: Path, split: str) -> list[Picture]:
        """Return the pictures without their places."""
        return [place.picture for place in self.read(folder, split)]


DATASET = ToyPlaces()


def _places(folder: Path) -> Iterator[Place]:
    table = folder / "places.csv"
    try:
        with table.open(newline="", encoding="utf-8") as lines:
            reader = csv.DictReader(lines)
            for row in reader:
                yield _place(folder, row, f"{table}:{reader.line_num}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{table}: cannot read the places ({error})") from error


def _place(folder: Path, row: dict[str, str], where: str) -> Place:
    try:
        file, x, y = row["file"], float(row["x"]), float(row["y"])
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{where}: found {row}, expected file, x and y") from error
    if not (file and isfinite(x) and isfinite(y)):
        raise DataError(f"{where}: found {row}, expected a file and finite x and y")
    return Place(Picture(folder / file), (x, y))
