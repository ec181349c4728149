"""Boxes that a detector no longer finds once it is quantized."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from zoo.contract import Contract
from zoo.picture import Picture
from zoo.plugs import Run
from zoo.proof.certificate import LOSS, Check

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["finds_boxes", "lost_boxes", "lost_boxes_check"]

_SAME = 0.5
"""Intersection over union from which on two boxes are the same one."""
_FEW = 10
_LIMIT = 0.5

Values = Mapping[str, "NDArray[Any]"]


def finds_boxes(contract: Contract) -> bool:
    """Whether a contract's values are boxes with scores, any number of them."""
    from zoo.data.processing import value_specs

    specs = value_specs(contract)
    return {"boxes", "scores"} <= specs.keys() and specs["boxes"].shape == (None, 4)


def lost_boxes_check(
    contract: Contract, floats: Run, integers: Run, pictures: Sequence[Picture], words: str
) -> Check | None:
    """Return the share of the float network's boxes that the integer one loses, recorded.

    Of each picture, the better half of the boxes counts, by score: the others may be near the
    contract's threshold. None if there are none; measured only, without a bound, if there are few.
    pictures: held out from calibration.  words: their description. The caller sets the bound.
    """
    found = [lost_boxes(*both) for both in _values(contract, (floats, integers), pictures)]
    lost, total = (sum(column) for column in zip(*found, strict=True)) if found else (0, 0)
    if not total:
        return None
    return Check(
        step=f"{LOSS}, boxes that are not found again, {words}",
        unit="of the better half of the float network's boxes",
        largest=float(f"{lost / total:.6g}"),
        mean=float(f"{lost / total:.6g}"),
        bound=_LIMIT if total >= _FEW else None,
        values=total,
        why="a box is found again if one of its class overlaps it by half; scores that share an "
        "output with pixels are lost first (docs/boxes.md)",
        how="recorded",
    )


def lost_boxes(wanted: Values, found: Values) -> tuple[int, int]:
    """Return how many of the better half of the wanted boxes are not found, and their number.

    wanted, found: values of one picture: 'boxes' [N, 4] x, y, width, height, 'scores' [N], the
    highest first, and optionally 'classes' [N].
    """
    import numpy as np

    count = -(-len(wanted["boxes"]) // 2)
    if not count:
        return 0, 0
    same = _overlaps(wanted["boxes"][:count], found["boxes"]) >= _SAME
    if "classes" in wanted:
        same &= wanted["classes"][:count, None] == found["classes"][None]
    return int(count - np.count_nonzero(same.any(axis=1))), count


def _values(
    contract: Contract, runs: Sequence[Run], pictures: Sequence[Picture]
) -> Iterator[list[Values]]:
    """Yield the values of each network for each picture."""
    from zoo.data.processing import postprocess, preprocess

    for picture in pictures:
        frame = preprocess(contract, picture.read(), picture.box)
        assert frame.input_chw is not None
        feeds = {contract.input.name: frame.input_chw[None]}
        yield [postprocess(contract, run(feeds), frame) for run in runs]


def _overlaps(a: "NDArray[Any]", b: "NDArray[Any]") -> "NDArray[Any]":
    """Return intersection over union, [A, B], of boxes x, y, width, height."""
    import numpy as np

    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum((a[:, :2] + a[:, 2:])[:, None], (b[:, :2] + b[:, 2:])[None])
    both = np.clip(high - low, 0, None).prod(axis=2)
    areas = a[:, 2:].prod(axis=1)[:, None] + b[:, 2:].prod(axis=1)[None]
    union = areas - both
    ratio: NDArray[Any] = np.divide(both, union, out=np.zeros_like(both), where=union > 0)
    return ratio
