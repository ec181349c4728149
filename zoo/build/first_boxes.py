"""Guesses of step boxes: from the shapes and names of a detector's outputs."""

import json
from dataclasses import replace

from zoo.build.first_guess import STRIDES, FirstPost, Network, labelled, quoted, single

__all__ = ["DETECTORS"]

_ANCHORS = (
    "[[[10, 13], [16, 30], [33, 23]], [[30, 61], [62, 45], [59, 119]], "
    "[[116, 90], [156, 198], [373, 326]]]"
)
_BINS = 16
_COCO = 80
_FEWEST_BOXES = 16
_YOLO = FirstPost(fits="whole", pixels="0..1")


def _decoded_yolo(network: Network) -> FirstPost | None:
    """[4 + classes, cells] as YOLOv8 ends, [3 cells, 5 + classes] as YOLOv5 ends."""
    name, shape = single(network)
    count, numbers = network.notes.keypoints
    classes = shape[0] - 4 - count * numbers if len(shape) == 2 else 0
    if classes > 0 and shape[1] == network.cells:
        points = (
            f", classes = {classes}, keypoint_channel = {4 + classes}, keypoint_count = {count}, "
            f"keypoint_numbers = {numbers}"
        )
        return _boxes(
            network,
            f"YOLOv8, decoded, {classes} classes",
            f'coding = "center_size", boxes = [{name}], channels = "first", score_channel = 4'
            f"{points if count else ''}",
            classes,
            _YOLO,
        )
    if len(shape) == 2 and shape[0] == 3 * network.cells and shape[1] > 5:
        return _boxes(
            network,
            f"YOLOv5, decoded, {shape[1] - 5} classes",
            f'coding = "center_size", boxes = [{name}], objectness_channel = 4, score_channel = 5',
            shape[1] - 5,
            _YOLO,
        )
    return None


def _yolo_maps(network: Network) -> FirstPost | None:
    """A map [C, rows, columns] for each stride: 3 (5 + classes), or 64 + classes of YOLOv8."""
    shapes = list(network.outputs.values())
    if [shape[1:] for shape in shapes] != [network.grid(stride) for stride in STRIDES]:
        return None
    channels, *others = (shape[0] for shape in shapes)
    if others != [channels] * len(others):
        return None
    names = ", ".join(map(quoted, network.outputs))
    common = f'boxes = [{names}], channels = "first", activation = "sigmoid", '
    common += f"strides = {list(STRIDES)}"
    sides = 4 * _BINS
    if channels % 3 == 0 and channels >= 18 and channels != sides + _COCO:
        return _boxes(
            network,
            f"YOLOv5, raw, {channels // 3 - 5} classes, anchors of COCO",
            f'coding = "yolov5", {common}, objectness_channel = 4, score_channel = 5, '
            f"anchors = {_ANCHORS}",
            channels // 3 - 5,
            _YOLO,
        )
    if channels > sides:
        return _boxes(
            network,
            f"YOLOv8, raw, {channels - sides} classes",
            f'coding = "distance_bins", {common}, bins = {_BINS}, score_channel = {sides}',
            channels - sides,
            _YOLO,
        )
    return None


def _yunet(network: Network) -> FirstPost | None:
    """The names of YuNet in OpenCV's files."""
    kinds = ("bbox", "cls", "obj", "kps")
    names = {kind: [f"{kind}_{stride}" for stride in STRIDES] for kind in kinds}
    there = [kind for kind, found in names.items() if {*found} <= {*network.outputs}]
    if there not in ([*kinds], [*kinds[:3]]):
        return None
    boxes, scores, objectness, keypoints = (json.dumps(found) for found in names.values())
    points = f", keypoints = {keypoints}, keypoint_count = 5" if "kps" in there else ""
    return _boxes(
        network,
        "YuNet, which takes BGR of 0..255",
        f'coding = "ssd", boxes = {boxes}, scores = {scores}, objectness = {objectness}, '
        f'objectness_channel = 0, combine = "geometric_mean", strides = {list(STRIDES)}, '
        f"threshold = 0.6, offset = 0, variances = [1, 1]{points}",
        1,
        FirstPost(fits="whole", pixels="bgr"),
        nms=", iou_percent = 30",
    )


def _boxes_and_scores(network: Network) -> FirstPost | None:
    """[N, 4] and [N, classes]."""
    shapes = network.outputs
    boxes = [name for name, shape in shapes.items() if len(shape) == 2 and shape[1] == 4]
    if len(shapes) != 2 or len(boxes) != 1 or shapes[boxes[0]][0] < _FEWEST_BOXES:
        return None
    (scores,) = set(shapes) - set(boxes)
    if len(shapes[scores]) != 2 or shapes[scores][0] != shapes[boxes[0]][0]:
        return None
    classes = shapes[scores][1]
    is_final = network.made_by.get(scores) in ("softmax", "sigmoid")
    activation = "none" if is_final else "softmax" if classes > 1 else "sigmoid"
    background = "first" if classes > 1 and network.made_by.get(scores) != "sigmoid" else "none"
    return _boxes(
        network,
        'decoded corners 0..1; "ssd" needs strides and anchors',
        f'coding = "corners", boxes = [{quoted(boxes[0])}], scores = [{quoted(scores)}], '
        f'activation = "{activation}", background = "{background}", normalized = true',
        classes - (background == "first"),
        FirstPost(),
    )


def _boxes(
    network: Network,
    guess: str,
    parameters: str,
    classes: int,
    photos: FirstPost,
    nms: str = "",
) -> FirstPost:
    fit = "" if photos.fits else " Detectors often need letterbox instead of stretch."
    return replace(
        photos,
        lines=(
            f"# GUESS: {guess}.",
            f"# docs/boxes.md has others.{fit}",
            *labelled(network, f'name = "boxes", {parameters}', classes),
            f'{{name = "nms"{nms}}},',
        ),
    )


DETECTORS = (_decoded_yolo, _yolo_maps, _yunet, _boxes_and_scores)
"""Each returns None where the outputs are of another form."""
