"""A small network with pictures and a contract, in files, in which faults can be planted."""

from collections.abc import Callable
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
from PIL import Image

from compilers.hub import HUB
from zoo.build.cache import Cache
from zoo.build.plan import make_plan
from zoo.build.wish import Wish
from zoo.diagnosis.case import Case, make_case
from zoo.graph import Graph, Node, Tensor

__all__ = ["case_of", "colour_network", "with_scale", "write_contract", "write_pictures"]

SIZE, CHANNELS = 16, 8


def colour_network(change: Callable[[dict[str, np.ndarray]], object] = len) -> Graph:
    """Return a network of three convolutions, one around a shortcut, for pixels of -1..1.

    change: of its weights by name, in place.
    """
    random = np.random.default_rng(7)
    shapes = {
        "stem.weight": (CHANNELS, 3, 3, 3),
        "stem.bias": (CHANNELS,),
        "side.weight": (CHANNELS, CHANNELS, 3, 3),
        "side.bias": (CHANNELS,),
        "last.weight": (CHANNELS, CHANNELS, 1, 1),
        "last.bias": (CHANNELS,),
        "fc.weight": (4, CHANNELS),
        "fc.bias": (4,),
    }
    weights = {
        name: random.standard_normal(shape) / np.sqrt(max(np.prod(shape[1:]), 4))
        for name, shape in shapes.items()
    }
    change(weights)
    tensors = {n: Tensor(n, w.shape, data=w.astype(np.float32)) for n, w in weights.items()}
    image, inner = ("N", 3, SIZE, SIZE), ("N", CHANNELS, SIZE, SIZE)
    tensors["image"] = Tensor("image", image, layout="NCHW")
    for name in ("stem", "side", "sum", "last"):
        tensors[name] = Tensor(name, inner, layout="NCHW")
    tensors["pooled"] = Tensor("pooled", ("N", CHANNELS, 1, 1), layout="NCHW")
    tensors["flat"] = Tensor("flat", ("N", CHANNELS))
    tensors["colours"] = Tensor("colours", ("N", 4))
    wide = {"strides": (1, 1), "pads": (1, 1, 1, 1), "dilations": (1, 1), "group": 1}
    narrow = {**wide, "pads": (0, 0, 0, 0)}
    relu = {"clamp": (0.0, inf)}
    pool = {"kernel": (SIZE, SIZE), "strides": (1, 1), "pads": (0, 0, 0, 0)}
    nodes = (
        _node("conv", "stem", "image stem.weight stem.bias", {**wide, **relu}),
        _node("conv", "side", "stem side.weight side.bias", wide),
        _node("add", "sum", "stem side", {}),
        _node("conv", "last", "sum last.weight last.bias", {**narrow, **relu}),
        _node("average_pool", "pooled", "last", {**pool, "count_include_pad": 0, "keep_axes": 1}),
        _node("reshape", "flat", "pooled", {"shape": (CHANNELS,)}),
        _node("dense", "colours", "flat fc.weight fc.bias", {}),
    )
    return Graph("colour", ("image",), ("colours",), tensors, nodes)


def _node(op: str, output: str, inputs: str, attributes: dict) -> Node:
    return Node(f"{output}_{op}", op, tuple(inputs.split()), output, attributes)


def write_pictures(
    folder: Path, count: int = 40, seed: int = 0, low: int = 0, high: int = 255
) -> Path:
    """Write smooth pictures of random colours between two levels, and return the folder."""
    folder.mkdir()
    random = np.random.default_rng(seed)
    for index in range(count):
        corners = random.uniform(low, high, (2, 2, 3)).astype(np.uint8)
        picture = Image.fromarray(corners).resize((SIZE, SIZE), Image.Resampling.BILINEAR)
        picture.save(folder / f"{index:03}.png")
    return folder


def write_contract(path: Path, mean: float = 127.5, std: float = 127.5) -> Path:
    """Write the contract of `colour_network`, with any normalisation."""
    path.write_text(
        f'input = {{name = "image", shape = [3, {SIZE}, {SIZE}]}}\n'
        'outputs = [{name = "colours", shape = [4]}]\n'
        f'pre = [{{name = "stretch", size = [{SIZE}, {SIZE}]}}, '
        f'{{name = "normalize", mean = {[mean] * 3}, std = {[std] * 3}}}]\n'
    )
    return path


def case_of(
    folder: Path,
    graph: Graph,
    calibration: Path,
    images: Path | None = None,
    contract: Path | None = None,
    target: str = "x86",
    **wish: object,
) -> Case:
    """Quantize a network with pictures, and return the case with others."""
    file = folder / "colour.onnx"
    file.write_bytes(HUB.write(graph))
    plan = make_plan(
        Wish(
            str(file),
            target,
            contract=contract or write_contract(folder / "colour.toml"),
            calibration=calibration,
            **wish,
        )
    )
    ignored = lambda _: None  # noqa: E731
    return make_case(plan, images, 32, Cache(folder / "cache"), ignored, ignored)


def with_scale(graph: Graph, tensor: str, factor: float) -> Graph:
    """Return an integer graph with another scale of one activation."""
    old = graph.tensors[tensor]
    assert old.quantization is not None
    grid = replace(old.quantization, scale=(old.quantization.scale[0] * factor,))
    return graph.replace(graph.nodes, [replace(old, quantization=grid)])
