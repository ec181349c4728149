"""Which calibration pictures are held out, to judge what quantization loses."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from zoo.errors import DataError
from zoo.picture import Picture

__all__ = ["HeldOut", "hold_out"]

_SHARE = 5
_MOST = 100
_FEWEST = 10
"""Below that none is held out: ranges need every picture."""


@dataclass(frozen=True)
class HeldOut:
    """Pictures for calibration, and those that judge it.

    Both are in an order that follows from their files' content, so that the first ones are as mixed
    as all are.  is_apart: whether calibration does not see those that judge.
    """

    calibration: tuple[Picture, ...]
    judging: tuple[Picture, ...]
    is_apart: bool

    @property
    def words(self) -> str:
        """What was judged on, for people."""
        count = len(self.judging)
        if self.is_apart:
            return f"{count} pictures held out from calibration"
        return f"the {count} of calibration themselves (fewer than {_FEWEST}: none is held out)"


def hold_out(pictures: Sequence[Picture]) -> HeldOut:
    """Hold a fifth out, 100 at most; of fewer than ten pictures none, which then judge themselves.

    Chosen are those whose file has the smallest SHA-256: the same whatever the order, in step with
    no numbering, and the faces of one photo, or copies of it, stay on one side.
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
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
