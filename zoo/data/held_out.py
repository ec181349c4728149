"""Held-out calibration pictures, to judge quantization loss."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from zoo.errors import DataError
from zoo.file_content import file_content
from zoo.picture import Picture

__all__ = ["HeldOut", "hold_out"]

_SHARE = 5
_MOST = 100
_FEWEST = 10
"""With fewer pictures none is held out, because ranges need them all."""


@dataclass(frozen=True)
class HeldOut:
    """Pictures for calibration, and those for judging it.

    Both are ordered by file content, so that any prefix is as mixed as the whole.
    is_apart: whether calibration does not see the judging pictures.
    """

    calibration: tuple[Picture, ...]
    judging: tuple[Picture, ...]
    is_apart: bool

    @property
    def words(self) -> str:
        """Description of the judging pictures."""
        count = len(self.judging)
        if self.is_apart:
            return f"{count} pictures held out from calibration"
        return (
            f"the {count} calibration pictures themselves (fewer than {_FEWEST}, so none is held "
            "out)"
        )


def hold_out(pictures: Sequence[Picture]) -> HeldOut:
    """Hold out a fifth, at most 100; with fewer than ten pictures none: all are used for both.

    The files with the smallest SHA-256 are chosen. This is independent of order and numbering, and
    keeps the faces of a photo, and its copies, on one side.
    Raises DataError naming a file that cannot be read.
    """
    everything = tuple(pictures)
    if len(everything) < _FEWEST:
        return HeldOut(everything, everything, is_apart=False)
    digests = {path: _digest(path) for path in {picture.path for picture in everything}}
    order = sorted(range(len(everything)), key=lambda index: digests[everything[index].path])
    wanted = min(len(everything) // _SHARE, _MOST)
    last = digests[everything[order[wanted - 1]].path]
    chosen = {index for index in order if digests[everything[index].path] <= last}
    if len(chosen) == len(everything):  # copies of one photo
        return HeldOut(everything, everything, is_apart=False)
    return HeldOut(
        calibration=tuple(everything[index] for index in order if index not in chosen),
        judging=tuple(everything[index] for index in order if index in chosen),
        is_apart=True,
    )


def _digest(path: Path) -> str:
    return sha256(file_content(path, DataError)).hexdigest()
