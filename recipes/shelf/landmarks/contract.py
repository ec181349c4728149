"""The contracts that the families of landmark networks share."""

import json
from collections.abc import Sequence
from pathlib import Path

from recipes.shelf.drowsiness import drowsiness
from recipes.shelf.landmarks.mean_face import mean_face
from zoo.contract import Contract, Step, TensorSpec

__all__ = ["heatmap_contract", "landmark_contract"]

_AVERAGE_FACE = Path(__file__).with_name("average_face.json")
_SIZE = 112
_LAYOUTS = {68: "ibug68", 98: "wflw98"}

# The points of the average face, whose own indices are iBUG's, in the order of WFLW.
_REFERENCE_POINTS_98 = (33, 37, 42, 46, 51, 54, 57, 60, 64, 68, 72)


def landmark_contract(
    points: int, channels: int, closed_eyes: float, pose_head: bool = False
) -> Contract:
    """Return the steps from a face box to landmarks, eye and mouth openings and head pose.

    Pixels become (pixel - 128) / 128, which is exact in float and in every integer scheme. The
    network outputs differences to a mean face, which 8 bits resolve more finely than positions.
    channels: 1 for gray, 3 for RGB.  closed_eyes: what recipes.shelf.closed_eyes measures.
    pose_head: whether the network also outputs yaw, pitch and roll.
    """
    outputs = [TensorSpec("landmarks", (2 * points,))]
    if pose_head:
        outputs.append(TensorSpec("pose", (3,)))
    landmarks = Step("landmarks", _landmarks(points))
    return _contract((channels, _SIZE, _SIZE), outputs, landmarks, points, closed_eyes)


def heatmap_contract(points: int, size: int, closed_eyes: float) -> Contract:
    """Return the same steps for RGB and a network that outputs a map for each landmark.

    size: side of the input in pixels; the maps have a quarter of it, and learned Gaussians.
    """
    maps = TensorSpec("maps", (points, size // 4, size // 4))
    landmarks = Step("heatmap", {"output": "maps", "sub_pixel": "parabola"})
    return _contract((3, size, size), [maps], landmarks, points, closed_eyes)


def _contract(
    input_chw: tuple[int, int, int],
    outputs: Sequence[TensorSpec],
    landmarks: Step,
    points: int,
    closed_eyes: float,
) -> Contract:
    channels, *size_hw = input_chw
    face = json.loads(_AVERAGE_FACE.read_text("utf-8"))
    references = face["points"] if points == 68 else list(_REFERENCE_POINTS_98)
    return Contract(
        input=TensorSpec("image", input_chw),
        outputs=tuple(outputs),
        pre=(
            Step("crop", {"scale": 1.2}),
            Step("resize", {"size": size_hw}),
            *([Step("gray")] if channels == 1 else []),
            Step("normalize", {"mean": [128] * channels, "std": [128] * channels}),
        ),
        post=(
            landmarks,
            Step("aspect_ratios", {"layout": _LAYOUTS[points]}),
            Step("head_pose", {"points": references, "face": face["face"]}),
        ),
        track=drowsiness(closed=closed_eyes),
    )


def _landmarks(points: int) -> dict[str, object]:
    mean = [list(place) for place in mean_face(points)]
    return {"output": "landmarks", "count": points, "mean": mean}
