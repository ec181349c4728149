"""A first contract of a user's network: what the file states, and guesses that are marked."""

import json
from collections.abc import Iterator
from math import prod

from zoo.errors import RecipeError
from zoo.graph import Graph

__all__ = ["first_contract"]

# Of ImageNet, as torchvision uses them, in pixel values.
_MEAN, _STD = [123.675, 116.28, 103.53], [58.395, 57.12, 57.375]


def first_contract(graph: Graph, file: str) -> str:
    """Return a contract in TOML that fits the network; raises RecipeError if no image goes in.

    The file states names and shapes. How pictures are prepared is in the training's code only.
    """
    shape = _image_shape(graph, file)
    return "\n".join(
        (
            f"# First contract of {json.dumps(file, ensure_ascii=False)}. Names and shapes are the "
            "file's.",
            "# Lines with GUESS are not in the file: compare them with the training's code.",
            "# docs/contract.md describes all steps.",
            "",
            f"input = {_tensor(graph, graph.inputs[0])}",
            "outputs = [",
            *(f"    {_tensor(graph, name)}," for name in graph.outputs),
            "]",
            "pre = [",
            *_pre(shape),
            "]",
            *_post(graph),
            "",
        )
    )


def _image_shape(graph: Graph, file: str) -> tuple[int, int, int]:
    if len(graph.inputs) != 1:
        raise RecipeError(
            f"{file}: the network has {len(graph.inputs)} inputs ({', '.join(graph.inputs)}); a "
            "contract feeds one image"
        )
    shape = _shape(graph, graph.inputs[0])
    if len(shape) != 3 or shape[0] not in (1, 3):
        raise RecipeError(
            f"{file}: input '{graph.inputs[0]}' has shape {list(shape)} (without the batch); an "
            "image [3, height, width] or [1, height, width] is needed"
        )
    channels, height, width = shape
    return channels, height, width


def _pre(shape: tuple[int, int, int]) -> Iterator[str]:
    channels, height, width = shape
    yield "    # GUESS: the whole photo, stretched. Others: center_crop, letterbox, crop."
    yield f'    {{name = "stretch", size = [{height}, {width}], interpolation = "bilinear"}},'
    if channels == 1:
        yield '    {name = "gray"},'
        yield "    # GUESS: 0..1."
        yield '    {name = "normalize", mean = [0], std = [255]},'
        return
    yield '    # GUESS: RGB. For BGR (OpenCV): {name = "color", order = "bgr"},'
    yield "    # GUESS: those of ImageNet. For 0..1: mean = [0, 0, 0], std = [255, 255, 255]"
    yield f'    {{name = "normalize", mean = {_MEAN}, std = {_STD}}},'


def _post(graph: Graph) -> Iterator[str]:
    """Yield the steps of a classifier if the only output is a vector."""
    output = graph.outputs[0]
    count = prod(_shape(graph, output))
    if len(graph.outputs) != 1 or max(_shape(graph, output), default=1) != count or count < 2:
        yield "post = []"
        return
    made_by = {node.output: node.op for node in graph.nodes}.get(output)
    name = json.dumps(output, ensure_ascii=False)
    yield "post = ["
    yield f"    # GUESS: {count} classes. Others: landmarks, embedding."
    if made_by != "softmax":
        yield f'    {{name = "softmax", output = {name}}},'
        name = '"probabilities"'
    yield '    # With labels: labels = {file = "labels.txt"}, one per line.'
    yield f'    {{name = "top_k", output = {name}, count = {min(count, 5)}}},'
    yield "]"


def _tensor(graph: Graph, name: str) -> str:
    text = json.dumps(name, ensure_ascii=False)
    return f"{{name = {text}, shape = {list(_shape(graph, name))}}}"


def _shape(graph: Graph, name: str) -> tuple[int, ...]:
    return tuple(int(n) for n in graph.tensors[name].shape[1:])
