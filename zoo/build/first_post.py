"""The steps after the network in a first contract: guesses from the shapes and names of outputs."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from math import prod

from zoo.build.file_notes import FileNotes
from zoo.build.first_boxes import DETECTORS
from zoo.build.first_guess import FirstPost, Network, labelled, single
from zoo.graph import Graph

__all__ = ["first_post"]

_MAP_NAMES = re.compile(r"heat|hm|pose|joint|keypoint|kpt", re.IGNORECASE)
_POINT_NAMES = re.compile(r"landmark|lmk|keypoint|kpt|kps|point|pts", re.IGNORECASE)
_NO_GUESS = (
    "# GUESS: no step after the network is known that fits its outputs; the record has the outputs",
    "# themselves. docs/contract.md and docs/boxes.md list the steps.",
)


def first_post(
    graph: Graph, picture_hw: Sequence[int] | None, notes: FileNotes | None = None
) -> FirstPost:
    """Return `post`, each guess marked; it is empty if no guess fits.

    picture_hw: height and width of the network's input, None of a signal.  notes: of the file.
    """
    height, width = picture_hw or (0, 0)
    network = Network(
        height,
        width,
        {name: tuple(int(n) for n in graph.tensors[name].shape[1:]) for name in graph.outputs},
        {name: _made_by(graph, name) for name in graph.outputs},
        notes or FileNotes(),
    )
    of_pictures = (*DETECTORS, _landmark_maps, _mask, _landmarks)
    guesses = (*(of_pictures if picture_hw else ()), _text_scores, _classes)
    found = next((post for guess in guesses if (post := guess(network))), FirstPost(_NO_GUESS))
    is_empty = all(line.startswith("#") for line in found.lines)
    lines = (f"    {line}" for line in found.lines)
    whole = (*found.lines, "post = []") if is_empty else ("post = [", *lines, "]")
    pixels = "0..1" if network.notes.is_ultralytics else found.pixels
    return replace(found, lines=whole, pixels=pixels)


def _made_by(graph: Graph, output: str) -> str:
    """Return the op that computes an output, in a quantized network its integers; '' for none."""
    nodes = {node.output: node for node in graph.nodes}
    node = nodes.get(output)
    if node is not None and node.op == "dequantize":
        node = nodes.get(node.inputs[0], node)
    return node.op if node else ""


def _landmark_maps(network: Network) -> FirstPost | None:
    """[K, rows, columns] whose name is that of landmarks."""
    name, shape = single(network)
    if len(shape) != 3 or not _MAP_NAMES.search(name):
        return None
    return FirstPost(
        (
            f"# GUESS: a map for each of {shape[0]} landmarks. Others: mask.",
            f'{{name = "heatmap", output = {name}}},',
        )
    )


def _mask(network: Network) -> FirstPost | None:
    """[classes, rows, columns] of the input's aspect ratio."""
    name, shape = single(network)
    if len(shape) != 3 or min(shape[1:]) < 2:
        return None
    if shape[1] * network.width != shape[2] * network.height:
        return None
    is_final = network.made_by.get(json.loads(name)) == "sigmoid"
    threshold = f", threshold = {0.5 if is_final else 0}" if shape[0] == 1 else ""
    step = f'name = "mask", output = {name}{threshold}'
    return FirstPost(
        (
            f"# GUESS: a map for each of {shape[0]} classes. Others: heatmap, boxes.",
            *labelled(network, step, shape[0]),
        )
    )


def _landmarks(network: Network) -> FirstPost | None:
    """A vector of an even length whose name is that of points."""
    name, shape = single(network)
    count = prod(shape)
    if max(shape, default=1) != count or count % 2 or not _POINT_NAMES.search(name):
        return None
    return FirstPost(
        (
            f"# GUESS: {count // 2} landmarks x0, y0, x1, y1, ..., 0..1 across the region.",
            '# For x0, x1, ..., y0, y1, ...: order = "xxyy". For pixels: normalized = false',
            f'{{name = "landmarks", output = {name}, count = {count // 2}}},',
        )
    )


def _text_scores(network: Network) -> FirstPost | None:
    """[places, characters] of a network of text, which no step reads."""
    _, shape = single(network)
    if not network.notes.characters or len(shape) != 2:
        return None
    return FirstPost(
        (
            f"# The file names {network.notes.characters} characters: the output scores them at "
            f"{shape[0]} places.",
            "# No step reads text from scores (CTC); the record has the output itself.",
        ),
        fits="line",
        pixels="-1..1",
    )


def _classes(network: Network) -> FirstPost | None:
    """A vector of scores."""
    name, shape = single(network)
    count = prod(shape)
    if max(shape, default=1) != count or count < 2:
        return None
    probabilities = name
    lines = [f"# GUESS: {count} classes. Others: landmarks, embedding."]
    if network.made_by.get(json.loads(name)) != "softmax":
        lines.append(f'{{name = "softmax", output = {name}}},')
        probabilities = '"probabilities"'
    step = f'name = "top_k", output = {probabilities}, count = {min(count, 5)}'
    return FirstPost((*lines, *labelled(network, step, count)))
