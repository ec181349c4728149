"""aspect_ratios: how open the eyes and the mouth are."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import StepError, suggest
from zoo.step import Frame, PostStep, ValueSpec

__all__ = ["STEP"]


@dataclass(frozen=True)
class _Opening:
    """Landmarks of an eye or mouth: its corners, and pairs of upper and lower lid or lip."""

    corners: tuple[int, int]
    pairs: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class _Face:
    """Left and right are the person's own."""

    right_eye: _Opening
    left_eye: _Opening
    mouth: _Opening


_LAYOUTS = {
    "ibug68": _Face(
        right_eye=_Opening((36, 39), ((37, 41), (38, 40))),
        left_eye=_Opening((42, 45), ((43, 47), (44, 46))),
        mouth=_Opening((60, 64), ((61, 67), (62, 66), (63, 65))),
    ),
    "wflw98": _Face(
        right_eye=_Opening((60, 64), ((61, 67), (62, 66), (63, 65))),
        left_eye=_Opening((68, 72), ((69, 75), (70, 74), (71, 73))),
        mouth=_Opening((88, 92), ((89, 95), (90, 94), (91, 93))),
    ),
}


class AspectRatios(PostStep):
    """Add values 'ear_left', 'ear_right', 'ear' (their mean) and 'mar', from 'landmarks'.

    Eye aspect ratio after Soukupova and Cech 2016, "Real-Time Eye Blink Detection using Facial
    Landmarks", equation 1: mean distance between the lids over the distance between the corners.
    The mouth aspect ratio is the same for the inner lips. nan if the corners coincide.

    layout: 'ibug68' or 'wflw98'.
    """

    name = "aspect_ratios"
    parameters = MappingProxyType({"layout": None})
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for an unknown layout."""
        complete = super().complete(given)
        layout = str(complete["layout"])
        if layout not in _LAYOUTS:
            raise StepError(
                f"contract step 'aspect_ratios': unknown layout '{layout}'"
                f"{suggest(layout, _LAYOUTS)}"
            )
        return complete

    def adds(
        self,
        known: Mapping[str, ValueSpec],  # noqa: ARG002
        parameters: Mapping[str, Any],  # noqa: ARG002
    ) -> Mapping[str, ValueSpec]:
        """Return scalars."""
        return dict.fromkeys(("ear_left", "ear_right", "ear", "mar"), ValueSpec())

    def apply(
        self,
        values: Mapping[str, NDArray[Any]],
        frame: Frame,  # noqa: ARG002
        parameters: Mapping[str, Any],
    ) -> Mapping[str, NDArray[Any]]:
        """Return the ratios as scalars; raises RecipeError for too few landmarks."""
        face = _LAYOUTS[parameters["layout"]]
        points = values.get("landmarks")
        if points is None or points.ndim != 2 or len(points) <= max(face.mouth.corners):
            raise StepError(
                f"contract step 'aspect_ratios': layout '{parameters['layout']}' needs more "
                "landmarks; put a step 'landmarks' with that many before it"
            )
        left, right = _ratio(points, face.left_eye), _ratio(points, face.right_eye)
        ratios = {
            "ear_left": left,
            "ear_right": right,
            "ear": (left + right) / 2,
            "mar": _ratio(points, face.mouth),
        }
        return {name: np.array(ratio) for name, ratio in ratios.items()}


def _ratio(points: NDArray[np.float64], opening: _Opening) -> float:
    width = _distance(points, opening.corners)
    height = sum(_distance(points, pair) for pair in opening.pairs) / len(opening.pairs)
    return height / width if width > 0 else float("nan")


def _distance(points: NDArray[np.float64], pair: tuple[int, int]) -> float:
    dx, dy = points[pair[0]] - points[pair[1]]
    return float(np.sqrt(dx * dx + dy * dy))


STEP = AspectRatios()
