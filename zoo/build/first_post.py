"""The steps after the network in a first contract: guesses from the shapes and names of outputs."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, prod

from zoo.graph import Graph

__all__ = ["first_post"]

_STRIDES = (8, 16, 32)
_ANCHORS = (
    "[[[10, 13], [16, 30], [33, 23]], [[30, 61], [62, 45], [59, 119]], "
    "[[116, 90], [156, 198], [373, 326]]]"
)
_BINS = 16
_COCO = 80
_FEWEST_BOXES = 16
_LANDMARK_NAMES = re.compile(r"heat|hm|pose|joint|keypoint|kpt", re.IGNORECASE)
_LABELS = '# With labels: labels = {file = "labels.txt"}, one per line.'


@dataclass(frozen=True)
class _Network:
    """What is known of a network. height, width: of its input.  outputs: shapes without the batch.

    made_by: op of each output, in a quantized network of its integers.
    """

    height: int
    width: int
    outputs: Mapping[str, tuple[int, ...]]
    made_by: Mapping[str, str]

    def grid(self, stride: int) -> tuple[int, int]:
        """Return rows and columns of cells."""
        return ceil(self.height / stride), ceil(self.width / stride)

    @property
    def cells(self) -> int:
        """Return the cells of all strides."""
        return sum(prod(self.grid(stride)) for stride in _STRIDES)


def _made_by(graph: Graph, output: str) -> str:
    """Return the op that computes an output, in a quantized network its integers; '' for none."""
    nodes = {node.output: node for node in graph.nodes}
    node = nodes.get(output)
    if node is not None and node.op == "dequantize":
        node = nodes.get(node.inputs[0], node)
    return node.op if node else ""


def first_post(graph: Graph, picture_hw: Sequence[int] | None) -> Iterator[str]:
    """Yield the lines of `post`, each guess marked; it is empty if no guess fits.

    picture_hw: height and width of the network's input, None of a signal.
    """
    height, width = picture_hw or (0, 0)
    network = _Network(
        height,
        width,
        {name: tuple(int(n) for n in graph.tensors[name].shape[1:]) for name in graph.outputs},
        {name: _made_by(graph, name) for name in graph.outputs},
    )
    detectors = (_decoded_yolo, _yolo_maps, _yunet, _boxes_and_scores)
    of_pictures = (*detectors, _landmark_maps, _mask)
    guesses = (*(of_pictures if picture_hw else ()), _classes)
    lines = next((found for guess in guesses if (found := guess(network))), ())
    if not lines:
        yield "post = []"
        return
    yield "post = ["
    yield from (f"    {line}" for line in lines)
    yield "]"


def _decoded_yolo(network: _Network) -> tuple[str, ...]:
    """[4 + classes, cells] as YOLOv8 ends, [3 cells, 5 + classes] as YOLOv5 ends."""
    name, shape = _single(network)
    if len(shape) == 2 and shape[0] > 4 and shape[1] == network.cells:
        return _boxes(
            f"YOLOv8, decoded, {shape[0] - 4} classes",
            f'coding = "center_size", boxes = [{name}], channels = "first", score_channel = 4',
        )
    if len(shape) == 2 and shape[0] == 3 * network.cells and shape[1] > 5:
        return _boxes(
            f"YOLOv5, decoded, {shape[1] - 5} classes",
            f'coding = "center_size", boxes = [{name}], objectness_channel = 4, score_channel = 5',
        )
    return ()


def _yolo_maps(network: _Network) -> tuple[str, ...]:
    """A map [C, rows, columns] for each stride: 3 (5 + classes), or 64 + classes of YOLOv8."""
    shapes = list(network.outputs.values())
    if [shape[1:] for shape in shapes] != [network.grid(stride) for stride in _STRIDES]:
        return ()
    channels, *others = (shape[0] for shape in shapes)
    if others != [channels] * len(others):
        return ()
    names = ", ".join(map(_text, network.outputs))
    common = f'boxes = [{names}], channels = "first", activation = "sigmoid", '
    common += f"strides = {list(_STRIDES)}"
    sides = 4 * _BINS
    if channels % 3 == 0 and channels >= 18 and channels != sides + _COCO:
        return _boxes(
            f"YOLOv5, raw, {channels // 3 - 5} classes, anchors of COCO",
            f'coding = "yolov5", {common}, objectness_channel = 4, score_channel = 5, '
            f"anchors = {_ANCHORS}",
        )
    if channels > sides:
        return _boxes(
            f"YOLOv8, raw, {channels - sides} classes",
            f'coding = "distance_bins", {common}, bins = {_BINS}, score_channel = {sides}',
        )
    return ()


def _yunet(network: _Network) -> tuple[str, ...]:
    """The names of YuNet in OpenCV's files."""
    kinds = ("bbox", "cls", "obj", "kps")
    names = {kind: [f"{kind}_{stride}" for stride in _STRIDES] for kind in kinds}
    there = [kind for kind, found in names.items() if {*found} <= {*network.outputs}]
    if there not in ([*kinds], [*kinds[:3]]):
        return ()
    boxes, scores, objectness, keypoints = (json.dumps(found) for found in names.values())
    points = f", keypoints = {keypoints}, keypoint_count = 5" if "kps" in there else ""
    return _boxes(
        "YuNet, which takes BGR of 0..255",
        f'coding = "ssd", boxes = {boxes}, scores = {scores}, objectness = {objectness}, '
        f'objectness_channel = 0, combine = "geometric_mean", strides = {list(_STRIDES)}, '
        f"offset = 0, variances = [1, 1]{points}",
    )


def _boxes_and_scores(network: _Network) -> tuple[str, ...]:
    """[N, 4] and [N, classes]."""
    shapes = network.outputs
    boxes = [name for name, shape in shapes.items() if len(shape) == 2 and shape[1] == 4]
    if len(shapes) != 2 or len(boxes) != 1 or shapes[boxes[0]][0] < _FEWEST_BOXES:
        return ()
    (scores,) = set(shapes) - set(boxes)
    if len(shapes[scores]) != 2 or shapes[scores][0] != shapes[boxes[0]][0]:
        return ()
    classes = shapes[scores][1]
    is_final = network.made_by.get(scores) in ("softmax", "sigmoid")
    activation = "none" if is_final else "softmax" if classes > 1 else "sigmoid"
    background = "first" if classes > 1 and network.made_by.get(scores) != "sigmoid" else "none"
    return _boxes(
        'decoded corners 0..1; "ssd" needs strides and anchors',
        f'coding = "corners", boxes = [{_text(boxes[0])}], scores = [{_text(scores)}], '
        f'activation = "{activation}", background = "{background}", normalized = true',
    )


def _landmark_maps(network: _Network) -> tuple[str, ...]:
    """[K, rows, columns] whose name is that of landmarks."""
    name, shape = _single(network)
    if len(shape) != 3 or not _LANDMARK_NAMES.search(name):
        return ()
    return (
        f"# GUESS: a map for each of {shape[0]} landmarks. Others: mask.",
        f'{{name = "heatmap", output = {name}}},',
    )


def _mask(network: _Network) -> tuple[str, ...]:
    """[classes, rows, columns] of the input's aspect ratio."""
    name, shape = _single(network)
    if len(shape) != 3 or min(shape[1:]) < 2:
        return ()
    if shape[1] * network.width != shape[2] * network.height:
        return ()
    is_final = network.made_by.get(json.loads(name)) == "sigmoid"
    threshold = f", threshold = {0.5 if is_final else 0}" if shape[0] == 1 else ""
    return (
        f"# GUESS: a map for each of {shape[0]} classes. Others: heatmap, boxes.",
        _LABELS,
        f'{{name = "mask", output = {name}{threshold}}},',
    )


def _classes(network: _Network) -> tuple[str, ...]:
    """A vector of scores."""
    name, shape = _single(network)
    count = prod(shape)
    if max(shape, default=1) != count or count < 2:
        return ()
    probabilities = name
    lines = [f"# GUESS: {count} classes. Others: landmarks, embedding."]
    if network.made_by.get(json.loads(name)) != "softmax":
        lines.append(f'{{name = "softmax", output = {name}}},')
        probabilities = '"probabilities"'
    top = f'{{name = "top_k", output = {probabilities}, count = {min(count, 5)}}},'
    return (*lines, _LABELS, top)


def _single(network: _Network) -> tuple[str, tuple[int, ...]]:
    """Return the only output as TOML, and its shape; no shape if there are several."""
    if len(network.outputs) != 1:
        return "", ()
    ((name, shape),) = network.outputs.items()
    return _text(name), shape


def _boxes(guess: str, parameters: str) -> tuple[str, ...]:
    return (
        f"# GUESS: {guess}.",
        "# docs/boxes.md has others. Detectors often need letterbox instead of stretch.",
        _LABELS,
        f'{{name = "boxes", {parameters}}},',
        '{name = "nms"},',
    )


def _text(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
