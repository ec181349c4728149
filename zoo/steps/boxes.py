"""boxes: from a detector's outputs to candidates for boxes; step 'nms' chooses among them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import StepError
from zoo.step import Frame, PostStep, ValueSpec
from zoo.steps.box_cells import Level, channels_of, levels_of
from zoo.steps.box_codings import DECODED, Places, to_boxes_q8, to_points_q8
from zoo.steps.box_parameters import check_parameters
from zoo.steps.box_scores import best_scores

__all__ = ["STEP"]

Outputs = Mapping[str, NDArray[Any]]


class Boxes(PostStep):
    """Add values 'candidate_boxes', 'candidate_scores', 'candidate_classes', and others if given.

    'candidate_boxes': [N, 4] int64 x0 y0 x1 y1 in 1/256 pixel of the network's input, by the
    formulas of zoo/steps/box_codings.py.  'candidate_scores': [N] float64, those of at least the
    threshold, by zoo/steps/box_scores.py.  'candidate_classes': [N] int64, the best class of each
    location.  'candidate_labels': [N] str.  'candidate_keypoints': [N, keypoint_count, 2] int64
    x y, as boxes. In the order of level, row, column and anchor.

    coding: a name of CODINGS.
    boxes, scores, objectness, keypoints: outputs; one for each level, or one that holds all levels.
    All are by default in the outputs of boxes.
    channels: 'first' or 'last', the outputs' axis of channels, as `channels_of` describes.
    box_channel, score_channel, objectness_channel, keypoint_channel: the first channel of each; an
    objectness of -1 is none.
    classes: number of classes, with the background; 0 is all channels from score_channel on.
    activation: 'none', 'sigmoid' or 'softmax' over the classes.
    combine: 'product' of objectness and score, or their 'geometric_mean'.
    background: 'none', 'first' or 'last', the class that is no object; others count without it.
    threshold: least score.
    strides: of the levels, in pixels of the input; none if boxes are decoded already.
    anchors: [width, height] of each anchor of each level, in pixels; without, a cell's stride.
    grid: 'stride' or 'even': the centres' distance is the stride, or cells divide the input evenly.
    offset: of an anchor's centre in its cell, in these distances.
    variances: of coding 'ssd', for places and sizes.
    bins: of coding 'distance_bins', for each side.
    order: 'xy', or 'yx' where rows come before columns.
    normalized: whether decoded boxes are 0..1 across the input, not in pixels.
    labels: a text for each class except for the background.
    keypoint_count: of each box.  keypoint_numbers: of each key point, x and y first; others, such
    as its visibility, are left out.
    """

    name = "boxes"
    parameters = MappingProxyType(
        {
            "coding": None,
            "boxes": None,
            "scores": (),
            "objectness": (),
            "channels": "last",
            "box_channel": 0,
            "score_channel": 0,
            "objectness_channel": -1,
            "classes": 0,
            "activation": "none",
            "combine": "product",
            "background": "none",
            "threshold": 0.25,
            "strides": (),
            "anchors": (),
            "grid": "stride",
            "offset": 0.5,
            "variances": (0.1, 0.2),
            "bins": 16,
            "order": "xy",
            "normalized": False,
            "labels": (),
            "keypoints": (),
            "keypoint_channel": 0,
            "keypoint_count": 0,
            "keypoint_numbers": 2,
        }
    )
    cpp_header = Path(__file__).with_suffix(".hpp")
    kotlin_file = Path(__file__).with_suffix(".kt")
    kotlin_parts = tuple(
        Path(__file__).with_name(name)
        for name in ("box_cells.kt", "box_codings.kt", "box_scores.kt", "exponential.kt")
    )

    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return complete parameters; raises RecipeError for ones that contradict each other."""
        complete = super().complete(given)
        for name in ("scores", "objectness", "keypoints"):
            complete[name] = complete[name] or complete["boxes"]
        check_parameters(complete)
        return complete

    def adds(
        self, known: Mapping[str, ValueSpec], parameters: Mapping[str, Any]
    ) -> Mapping[str, ValueSpec]:
        """Return N rows; raises RecipeError for an output that is absent or no numbers."""
        for name in self.consumes(parameters):
            if name not in known or known[name].dtype not in ("float32", "float64"):
                raise StepError(
                    f"contract step 'boxes': '{name}' is {known.get(name, 'no output')}; "
                    f"expected outputs of numbers: {', '.join(known)}"
                )
        added = {
            "candidate_boxes": ValueSpec((None, 4), "int64"),
            "candidate_scores": ValueSpec((None,)),
            "candidate_classes": ValueSpec((None,), "int64"),
        }
        if parameters["labels"]:
            added["candidate_labels"] = ValueSpec((None,), "str")
        if parameters["keypoint_count"]:
            shape = (None, parameters["keypoint_count"], 2)
            added["candidate_keypoints"] = ValueSpec(shape, "int64")
        return added

    def consumes(self, parameters: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the outputs that it reads."""
        names = [*parameters["boxes"], *parameters["scores"]]
        if parameters["objectness_channel"] >= 0:
            names += parameters["objectness"]
        if parameters["keypoint_count"]:
            names += parameters["keypoints"]
        return tuple(dict.fromkeys(names))

    def apply(
        self, values: Outputs, frame: Frame, parameters: Mapping[str, Any]
    ) -> Mapping[str, NDArray[Any]]:
        """Return the candidates; raises RecipeError for outputs that do not fit the parameters."""
        height, width = frame.image_hwc.shape[:2]
        decoded = parameters["coding"] in DECODED
        levels = _decoded(values, parameters) if decoded else levels_of(parameters, height, width)
        unit = (width, height) if parameters["normalized"] else (1, 1)
        found = [
            _candidates(values, levels, number, np.array(unit, np.float64), parameters)
            for number in range(len(levels))
        ]
        added = {name: np.concatenate([part[name] for part in found]) for name in found[0]}
        if parameters["labels"]:
            labels = [parameters["labels"][k] for k in added["candidate_classes"]]
            added["candidate_labels"] = np.array(labels, np.str_)
        return added


def _decoded(values: Outputs, parameters: Mapping[str, Any]) -> list[Level]:
    """Return a level of one row for each output."""
    levels: list[Level] = []
    first = 0
    for name in parameters["boxes"]:
        shape = values[name].shape
        axes = shape[1:] if parameters["channels"] == "first" else shape[:-1]
        levels.append(Level(1, int(np.prod(axes)), 1.0, (1.0, 1.0), np.ones((1, 2)), first))
        first += levels[-1].locations
    return levels


def _candidates(
    values: Outputs,
    levels: Sequence[Level],
    number: int,
    unit: NDArray[np.float64],
    parameters: Mapping[str, Any],
) -> dict[str, NDArray[Any]]:
    """Return the values of a level's candidates, but for labels."""
    level = levels[number]

    def read(kind: str, channel: int, count: int) -> NDArray[np.float64]:
        names = parameters[kind]
        own = len(names) > 1 or len(levels) == 1
        name = names[number] if own else names[0]
        held = [level] if own else levels
        numbers = channels_of(values[name], name, held, level, parameters["channels"])
        count = count or numbers.shape[2] - channel
        if count < 1 or channel + count > numbers.shape[2]:
            raise StepError(
                f"contract step 'boxes': output '{name}' has {numbers.shape[2]} channels; "
                f"{kind} are {max(count, 1)} from channel {channel} on"
            )
        return numbers[:, :, channel : channel + count].reshape(level.locations, count)

    objectness = None
    if parameters["objectness_channel"] >= 0:
        objectness = read("objectness", parameters["objectness_channel"], 1)[:, 0]
    scores, classes = best_scores(
        read("scores", parameters["score_channel"], parameters["classes"]), objectness, parameters
    )
    chosen = np.flatnonzero(scores >= parameters["threshold"])
    width = 4 * parameters["bins"] if parameters["coding"] == "distance_bins" else 4
    numbers = read("boxes", parameters["box_channel"], width)[chosen]
    is_yx = parameters["order"] == "yx"
    if is_yx:
        sides = numbers.reshape(len(numbers), 4, -1)[:, [1, 0, 3, 2]]
        numbers = sides.reshape(numbers.shape)
    places = _places(level, chosen, unit, parameters)
    added = {
        "candidate_boxes": to_boxes_q8(parameters["coding"], numbers, places),
        "candidate_scores": scores[chosen],
        "candidate_classes": classes[chosen],
    }
    count, each = parameters["keypoint_count"], parameters["keypoint_numbers"]
    if count:
        numbers = read("keypoints", parameters["keypoint_channel"], count * each)[chosen]
        points = numbers.reshape(-1, count, each)[:, :, [1, 0] if is_yx else [0, 1]]
        added["candidate_keypoints"] = to_points_q8(parameters["coding"], points, places)
    return added


def _places(
    level: Level,
    chosen: NDArray[np.intp],
    unit: NDArray[np.float64],
    parameters: Mapping[str, Any],
) -> Places:
    cells, anchors = np.divmod(chosen, len(level.anchors))
    rows, columns = np.divmod(cells, level.columns)
    cells_xy = np.stack([columns, rows], axis=1)
    centres = (cells_xy + float(parameters["offset"])) * np.array(level.pitch)
    place, size = map(float, parameters["variances"])
    return Places(centres, level.anchors[anchors], level.stride, unit, (place, size))


STEP = Boxes()
