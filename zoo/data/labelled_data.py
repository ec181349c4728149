"""Finds the labelled data that `--data` and `--calib` name.

A name is a folder with a layout that one data set recognises, NAME:FOLDER or NAME:FOLDER:SPLIT.
Data sets without splits may be in subfolders of those names instead: FOLDER/train, FOLDER/test.
"""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoo import registry
from zoo.errors import DataError, MissingFileError, UnknownNameError
from zoo.plugs import Dataset

if TYPE_CHECKING:
    from zoo.picture import Picture

__all__ = ["DataName", "LabelledData", "find_data", "is_labelled", "parse_name", "recognisers"]


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
        return "/".join(_named_parts(self.folder)[-2:]) or self.folder.resolve().name

    @property
    def name(self) -> str:
        """The name by which `find_data` finds exactly this, whatever split it is asked for."""
        split = f":{self.split}" if self.split else ""
        return f"{self.dataset.name}:{self.folder}{split}"

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
    folder = name.folder
    if not _sets_in(folder, dataset):
        if _sets_in(folder / split, dataset):
            folder = folder / split
        elif dataset is None:
            raise DataError(_unrecognised(folder, split))
    dataset = dataset or _only_one(recognisers(folder), folder)
    if name.split and not dataset.splits:
        raise DataError(
            f"{text}: a folder of '{dataset.name}' is one split; leave :{name.split} out"
        )
    if name.split and name.split not in dataset.splits:
        raise UnknownNameError(f"split of {dataset.name}", name.split, dataset.splits)
    return LabelledData(dataset, folder, name.split or (split if dataset.splits else ""))


def is_labelled(text: str | Path, split: str) -> bool:
    """Return whether the name says a data set, or its folder, or that of `split` in it, has one."""
    name = parse_name(text)
    return bool(name.dataset or recognisers(name.folder) or recognisers(name.folder / split))


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


def _sets_in(folder: Path, dataset: Dataset | None) -> bool:
    """Return whether a data set, any if it is None, recognises a folder."""
    return bool(dataset.recognises(folder) if dataset else recognisers(folder))


def _only_one(found: Sequence[Dataset], folder: Path) -> Dataset:
    if len(found) > 1:
        several = " and ".join(f"'{dataset.name}'" for dataset in found)
        raise DataError(
            f"{folder}: {several} recognise this folder; choose one: {found[0].name}:{folder}"
        )
    return found[0]


def _unrecognised(folder: Path, split: str) -> str:
    """Return what is wrong with a folder that no data set recognises, and what to give."""
    inside = [path for path in sorted(folder.iterdir()) if recognisers(path)]
    if inside:
        given = " or ".join(str(path) for path in inside)
        return f"{folder}: has no data set for '{split}' in a subfolder of that name; give {given}"
    return (
        f"{folder}: holds no known data set, nor does its subfolder '{split}'; known: "
        f"{', '.join(registry.names('dataset'))}, docs/datasets.md describes their folders"
    )


def _named_parts(folder: Path) -> list[str]:
    """Return the folders of a path as it was given, without '/' and '..'."""
    return [part for part in Path(os.path.normpath(folder)).parts if part not in ("/", "..", ".")]
