"""Graphs as TensorRT artifacts, and what ONNX Runtime computes from their ONNX file."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import numpy as np
from random_graphs import random_feeds

from compilers.passes.fix_integers import fix_integers
from compilers.reference import run_graph
from compilers.tensorrt.compiler import COMPILER
from compilers.tensorrt.gpu import Gpu
from zoo import registry
from zoo.artifact import Artifact
from zoo.graph import Graph, Tensor
from zoo.target import Target

__all__ = ["FACTS", "GPU", "TARGET", "differences", "run_tensorrt", "symmetric", "to_tensorrt"]

FACTS = MappingProxyType(
    {
        "compute_capability": "8.9",
        "tensorrt": "10.0",
        "precisions": ("fp32", "fp16", "int8"),
        "typing": "strong",
        "builders": (),
    }
)
"""Of a board for which nothing here builds an engine."""

TARGET = Target("gpu", "a GPU", "tensorrt", "tensorrt", "none", {}, facts=FACTS)
GPU = Gpu.of(TARGET)


def to_tensorrt(graph: Graph, scheme: str = "float32", target: Target = TARGET) -> Artifact:
    """Return the artifact. scheme: of a float graph."""
    return COMPILER.lower(graph, target, scheme)


def run_tensorrt(content: bytes, feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the outputs of an ONNX file by name."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "model.onnx").write_bytes(content)
        return registry.load("executor", "tensorrt").load(Path(folder), "model.onnx")(feeds)


def symmetric(graph: Graph) -> Graph:
    """Return an integer graph with all zero points 0, and the integers that follow from them."""
    return fix_integers(replace(graph, tensors={n: _centred(t) for n, t in graph.tensors.items()}))


def differences(
    graph: Graph, scheme: str = "float32", feeds: Mapping[str, np.ndarray] | None = None
) -> dict[str, float]:
    """Return the largest difference from the reference by output.

    In steps of the output where it is computed in integers, else relative to its largest value.
    feeds: two random samples where None.
    """
    given = feeds or {name: 3 * reals for name, reals in random_feeds(graph, seed=3).items()}
    artifact = to_tensorrt(graph, scheme)
    found, wanted = run_tensorrt(artifact.files[artifact.main], given), run_graph(graph, given)
    assert found.keys() == wanted.keys()
    return {name: _difference(graph, name, found[name], wanted[name]) for name in wanted}


def _centred(tensor: Tensor) -> Tensor:
    grid = tensor.quantization
    if grid is None:
        return tensor
    return replace(tensor, quantization=replace(grid, zero_point=(0,) * len(grid.zero_point)))


def _difference(graph: Graph, name: str, found: np.ndarray, wanted: np.ndarray) -> float:
    assert found.shape == wanted.shape
    producer = graph.producer(name)
    grid = producer and graph.tensors[producer.inputs[0]].quantization
    distances = np.abs(found - wanted)
    if not grid:
        return float(distances.max()) / max(float(np.abs(wanted).max()), 1e-6)
    steps = distances / grid.scale[0]
    # Outputs are integers times a scale: only the float32 in between is not a whole step.
    np.testing.assert_allclose(steps, np.rint(steps), rtol=0, atol=0.01)
    return float(np.rint(steps).max())
