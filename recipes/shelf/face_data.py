"""Finds the reader of the labelled faces that `--data` names, and reads them.

A name is a folder, whose layout one data set recognises, or NAME:FOLDER, or NAME:FOLDER:SPLIT.
"""

import logging
from dataclasses import dataclass
from pathlib import Path

from zoo import registry
from zoo.crops import Crops
from zoo.errors import DataError, PluginError, UnknownNameError
from zoo.plugs import Dataset

__all__ = ["FaceData", "find_faces", "read_faces"]


@dataclass(frozen=True)
class FaceData:
    """Labelled faces that were found and not read yet. split: '' where the folder is one."""

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
        """Number of landmarks of each face."""
        return self.dataset.points(self.folder)

    def read(self) -> Crops:
        """Return the faces; raises DataError naming the file at fault."""
        crops = self.dataset.read(self.folder, self.split)
        if not isinstance(crops, Crops):
            raise DataError(
                f"{self.folder}: data set '{self.dataset.name}' holds {type(crops).__name__}, no "
                "landmarks of faces; give another data set"
            )
        return crops


def read_faces(spec: str | Path, split: str, points: int | None = None) -> Crops:
    """Return the faces that `spec` names, of `split` where it names none.

    points: landmarks that are needed, None for any. Raises DataError naming the file at fault,
    before the photos are read where the number of landmarks is another one.
    """
    found = find_faces(spec, split)
    if points is not None and found.points != points:
        raise DataError(
            f"{found.folder}: its faces have {found.points} landmarks, {points} are needed; "
            "give another data set or model"
        )
    return found.read()


def find_faces(spec: str | Path, split: str) -> FaceData:
    """Return what `spec` names, of `split` ('train' or 'test') where it names none.

    Raises DataError for a missing folder or one that no data set, or more than one, recognises,
    and UnknownNameError for an unknown data set or split.
    """
    text = str(spec)
    name, colon, rest = text.partition(":")
    if Path(text).is_dir() or not colon or "/" in name:
        dataset, folder, chosen = _recognise(Path(text)), Path(text), ""
    else:
        dataset = registry.load("dataset", name)
        folder, chosen = _folder_and_split(rest)
    if chosen and not dataset.splits:
        raise DataError(f"{text}: a folder of '{dataset.name}' is one split; leave :{chosen} out")
    if chosen and chosen not in dataset.splits:
        raise UnknownNameError(f"split of {dataset.name}", chosen, dataset.splits)
    return FaceData(dataset, folder, chosen or (split if dataset.splits else ""))


def _folder_and_split(text: str) -> tuple[Path, str]:
    """Return the folder and the split, '' for none; raises DataError for a missing folder."""
    before, colon, after = text.rpartition(":")
    if not colon or Path(text).is_dir() or "/" in after:
        before, after = text, ""
    return _existing(Path(before)), after


def _recognise(folder: Path) -> Dataset:
    _existing(folder)
    names = registry.names("dataset")
    found = [dataset for dataset in map(_load, names) if dataset and dataset.recognises(folder)]
    if not found:
        raise DataError(
            f"{folder}: holds no data set that is known; known are {', '.join(names)}, "
            "docs/datasets.md says how their folders look"
        )
    if len(found) > 1:
        several = " and ".join(f"'{dataset.name}'" for dataset in found)
        raise DataError(
            f"{folder}: {several} recognise this folder; choose one: {found[0].name}:{folder}"
        )
    return found[0]


def _load(name: str) -> Dataset | None:
    """Return a data set's reader; None, and a warning, where another distribution's is broken."""
    try:
        dataset: Dataset = registry.load("dataset", name)
    except PluginError as error:
        logging.getLogger(__name__).warning("%s", error)
        return None
    return dataset


def _existing(folder: Path) -> Path:
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder; give one of labelled faces")
    return folder
