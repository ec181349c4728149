"""Calibration signals of a folder of WAV files."""

from collections.abc import Sequence
from pathlib import Path

from zoo.contract import SignalSpec
from zoo.errors import DataError
from zoo.signal_file import SIGNAL_SUFFIX, Recording

__all__ = ["demand_recordings", "recordings"]


def recordings(folder: Path, spec: SignalSpec) -> Sequence[Recording]:
    """Return the folder's WAV files, sorted by name and unread; raises as `demand_recordings`."""
    demand_recordings(folder)
    found = sorted(filter(_is_recording, folder.rglob("*")))
    return [Recording(path, spec=spec) for path in found]


def demand_recordings(folder: Path) -> None:
    """Raise DataError for a folder without WAV files; reads nothing."""
    found = filter(_is_recording, folder.rglob("*"))
    if not any(path.is_file() for path in found):
        raise DataError(f"{folder}: holds no signal ({SIGNAL_SUFFIX})")


def _is_recording(path: Path) -> bool:
    return path.suffix.lower() == SIGNAL_SUFFIX
