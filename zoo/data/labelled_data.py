"""Finds the labelled data that `--data` and `--calib` name.

A name is a folder with a layout that one data set recognises, NAME:FOLDER or NAME:FOLDER:SPLIT.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoo import registry
from zoo.errors import DataError, MissingFileError, UnknownNameError
from zoo.plugs import Dataset

if TYPE_CHECKING:
    from zoo.picture import Picture

__all__ = ["DataName", "LabelledData", "find_data", "parse_name", "recognisers"]


@dataclass(frozen=True)
class DataName:
    """The parts of a name. dataset, split: '' if not given."""

    dataset: str
    folder: Path
    split: str


@dataclass(frozen=True)
class LabelledData:
    """Labelled data, found but not read yet. split: '' if the folder has none."""

    dataset: Dataset
    folder: Path
    split: str

    @property
    def label(self) -> str:
        """Name of set and split, such as 'landmarks68/test' or '300w/common'."""
        if self.split:
            return f"{self.dataset.name}/{self.split}"
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def points(self) -> int:
        """Number of landmarks per sample, 0 for none."""
        return self.dataset.points(self.folder)

    def read(self) -> object:
        """Return the samples; raises DataError naming the file at fault."""
        return self.dataset.read(self.folder, self.split)

    def pictures(self) -> "Sequence[Picture]":
        """Return the photos, unread, and their boxes; raises DataError naming the file at fault."""
        return self.dataset.pictures(self.folder, self.split)


def find_data(text: str | Path, split: str) -> LabelledData:
    """Return the named data, by default of `split` ('train' or 'test').

    Raises UsageError for a missing folder, UnknownNameError for an unknown data set or split, and
    DataError for a folder that no data set, or more than one, recognises.
    """
    name = parse_name(text)
    dataset = registry.load("dataset", name.dataset) if name.dataset else None
    if not name.folder.is_dir():
        raise MissingFileError(f"{name.folder}: no such folder; give a folder of labelled data")
    dataset = dataset or _recognise(name.folder)
    if name.split and not dataset.splits:
        raise DataError(
            f"{text}: a folder of '{dataset.name}' is one split; leave :{name.split} out"
        )
    if name.split and name.split not in dataset.splits:
        raise UnknownNameError(f"split of {dataset.name}", name.split, dataset.splits)
    return LabelledData(dataset, name.folder, name.split or (split if dataset.splits else ""))


def parse_name(text: str | Path) -> DataName:
    """Return the parts; an existing folder is one part, even if its name has colons.

    Raises UsageError for a name without a folder.
    """
    whole = str(text)
    dataset, colon, rest = whole.partition(":")
    if not colon or "/" in dataset or Path(whole).is_dir():
        return DataName("", Path(whole), "")
    folder, colon, split = rest.rpartition(":")
    if not rest or (colon and not folder):
        raise MissingFileError(f"'{text}' names no folder; give {dataset}:FOLDER or FOLDER alone")
    if not colon or "/" in split or Path(rest).is_dir():
        return DataName(dataset, Path(rest), "")
    return DataName(dataset, Path(folder), split)


def recognisers(folder: Path) -> list[Dataset]:
    """Return the data sets with this layout; warn about broken plugins."""
    if not folder.is_dir():
        return []
    loaded, broken = registry.load_all("dataset")
    for error in broken.values():
        logging.getLogger(__name__).warning("%s", error)
    return [dataset for dataset in loaded.values() if dataset.recognises(folder)]


def _recognise(folder: Path) -> Dataset:
    found = recognisers(folder)
    if not found:
        raise DataError(
            f"{folder}: holds no known data set; known: {', '.join(registry.names('dataset'))}, "
            "docs/datasets.md describes their folders"
        )
    if len(found) > 1:
        several = " and ".join(f"'{dataset.name}'" for dataset in found)
        raise DataError(
            f"{folder}: {several} recognise this folder; choose one: {found[0].name}:{folder}"
        )
    return found[0]
