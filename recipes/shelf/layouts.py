"""Layouts of facial landmarks: which points are the eyes, and their mirrored order.

iBUG 68: Sagonas et al. 2013, "300 Faces in-the-Wild Challenge". WFLW 98: Wu et al. 2018, "Look at
Boundary: A Boundary-Aware Face Alignment Algorithm".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zoo.errors import DataError

__all__ = ["LAYOUTS", "Layout", "layout_of"]


@dataclass(frozen=True)
class Layout:
    """Meaning of landmarks by index.

    eye_corners: outer corners, which define the inter-ocular distance.
    eyes: the points of both eyes, with centroids in place of pupils.  nose_tip: its index.
    mirror: point i of a mirrored face is point mirror[i] of the face.
    regions: the points of jaw, brows, nose, eyes and mouth, each point in one of them.
    """

    points: int
    eye_corners: tuple[int, int]
    eyes: tuple[tuple[int, ...], tuple[int, ...]]
    nose_tip: int
    mirror: tuple[int, ...]
    regions: Mapping[str, tuple[int, ...]]


def layout_of(points: int) -> Layout:
    """Return the layout with this number of points; raises DataError for an unknown one."""
    if points not in LAYOUTS:
        raise DataError(f"no layout with {points} landmarks; known: {sorted(LAYOUTS)}")
    return LAYOUTS[points]


def _mirror(points: int, *pairs: tuple[Sequence[int], Sequence[int]]) -> tuple[int, ...]:
    """Return the involution that swaps the pairs and keeps all other points."""
    order = list(range(points))
    for left, right in pairs:
        for a, b in zip(left, right, strict=True):
            order[a], order[b] = b, a
    return tuple(order)


def _reverse(first: int, last: int) -> tuple[Sequence[int], Sequence[int]]:
    return range(first, last + 1), range(last, first - 1, -1)


_IBUG68 = Layout(
    points=68,
    eye_corners=(36, 45),
    eyes=(tuple(range(36, 42)), tuple(range(42, 48))),
    nose_tip=30,
    mirror=_mirror(
        68,
        _reverse(0, 16),  # jaw
        _reverse(17, 26),  # brows
        _reverse(31, 35),  # nostrils
        ((36, 37, 38, 39, 40, 41), (45, 44, 43, 42, 47, 46)),  # eyes
        _reverse(48, 54),  # outer lips
        _reverse(55, 59),
        _reverse(60, 64),  # inner lips
        _reverse(65, 67),
    ),
    regions={
        "jaw": tuple(range(17)),
        "brows": tuple(range(17, 27)),
        "nose": tuple(range(27, 36)),
        "eyes": tuple(range(36, 48)),
        "mouth": tuple(range(48, 68)),
    },
)

_WFLW98 = Layout(
    points=98,
    eye_corners=(60, 72),
    eyes=(tuple(range(60, 68)), tuple(range(68, 76))),
    nose_tip=54,
    mirror=_mirror(
        98,
        _reverse(0, 32),  # contour
        ((33, 34, 35, 36, 37), (46, 45, 44, 43, 42)),  # brows, upper edge
        ((38, 39, 40, 41), (50, 49, 48, 47)),  # brows, lower edge
        _reverse(55, 59),  # nostrils
        ((60, 61, 62, 63, 64), (72, 71, 70, 69, 68)),  # upper lids
        ((65, 66, 67), (75, 74, 73)),  # lower lids
        _reverse(76, 82),  # outer lips
        _reverse(83, 87),
        _reverse(88, 92),  # inner lips
        _reverse(93, 95),
        ((96,), (97,)),  # pupils
    ),
    regions={
        "jaw": tuple(range(33)),
        "brows": tuple(range(33, 51)),
        "nose": tuple(range(51, 60)),
        "eyes": (*range(60, 76), 96, 97),
        "mouth": tuple(range(76, 96)),
    },
)

LAYOUTS = {layout.points: layout for layout in (_IBUG68, _WFLW98)}
