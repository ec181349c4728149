"""Post-training quantization of small graphs, for tests."""

from collections.abc import Iterator

import numpy as np
from random_graphs import random_feeds

from compilers.quantize.ptq import QUANTIZER
from zoo.contract import Contract, Step, TensorSpec
from zoo.graph import Graph
from zoo.plugs import QuantizeOptions
from zoo.scheme import Scheme

__all__ = ["contract_of", "pixel_feeds", "quantized", "samples"]

NORMALIZE = Step("normalize", {"mean": [128] * 3, "std": [128] * 3})


def contract_of(graph: Graph, *pre: Step) -> Contract:
    """Return a contract that feeds the graph's first input."""
    specs = [
        TensorSpec(name, tuple(int(size) for size in graph.tensors[name].shape[1:]))
        for name in (graph.inputs[0], *graph.outputs)
    ]
    return Contract(specs[0], tuple(specs[1:]), pre)


def samples(graph: Graph, count: int = 4, seed: int = 0) -> Iterator[dict[str, np.ndarray]]:
    """Yield batches of standard normal inputs."""
    for index in range(count):
        yield random_feeds(graph, seed + index)


def pixel_feeds(graph: Graph, count: int, seed: int = 0) -> dict[str, np.ndarray]:
    """Return normalised random pixels for the graph's only input."""
    (name,) = graph.inputs
    shape = (count, *graph.tensors[name].shape[1:])
    pixels = np.random.default_rng(seed).integers(0, 256, shape)
    return {name: ((pixels - 128) / 128).astype(np.float32)}


def quantized(graph: Graph, scheme: Scheme, **options: object) -> Graph:
    """Return the integer graph, calibrated on standard normal inputs."""
    return QUANTIZER.quantize(
        graph, scheme, samples(graph), contract_of(graph), QuantizeOptions(**options)
    )
