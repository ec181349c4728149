"""Graphs as TensorRT artifacts, and what ONNX Runtime computes from their ONNX file."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import numpy as np
from random_graphs import random_feeds

from compilers.op_parts.kinds import WeightedOp
from compilers.op_table import find_op
from compilers.passes.fix_integers import fix_integers
from compilers.reference import run_all
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
_CANCELLED = 1 / 32
"""Of the sum of a layer's terms without signs: sums of so little have lost five bits."""


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

    In steps of the output where it is computed in integers, else relative to its largest value. A
    layer whose terms cancel has little of their precision: it counts as a share of them.
    feeds: two random samples where None.
    """
    given = feeds or {name: 3 * reals for name, reals in random_feeds(graph, seed=3).items()}
    artifact = to_tensorrt(graph, scheme)
    found, values = run_tensorrt(artifact.files[artifact.main], given), run_all(graph, given)
    assert found.keys() == set(graph.outputs)
    return {name: _difference(graph, name, found[name], values) for name in graph.outputs}


def _centred(tensor: Tensor) -> Tensor:
    grid = tensor.quantization
    if grid is None:
        return tensor
    return replace(tensor, quantization=replace(grid, zero_point=(0,) * len(grid.zero_point)))


def _difference(
    graph: Graph, name: str, found: np.ndarray, values: Mapping[str, np.ndarray]
) -> float:
    wanted = values[name]
    assert found.shape == wanted.shape
    producer = graph.producer(name)
    grid = producer and graph.tensors[producer.inputs[0]].quantization
    distances = np.abs(found - wanted)
    if not grid:
        size = max(float(np.abs(wanted).max()), _CANCELLED * _terms(graph, name, values), 1e-6)
        return float(distances.max()) / size
    steps = distances / grid.scale[0]
    # Outputs are integers times a scale: only the float32 in between is not a whole step.
    np.testing.assert_allclose(steps, np.rint(steps), rtol=0, atol=0.01)
    return float(np.rint(steps).max())


def _terms(graph: Graph, name: str, values: Mapping[str, np.ndarray]) -> float:
    """Return the largest sum of the layer that computes a tensor, of its terms without signs."""
    node = graph.producer(name)
    op = node and find_op(node.op)
    if not node or not isinstance(op, WeightedOp):
        return 0.0
    known = {tensor.name: tensor.data for tensor in graph.inputs_of(node) if tensor.is_constant}
    x, weight, *bias = (np.abs({**values, **known}[name]) for name in node.inputs)
    return float(op.sums(node, x, weight).max()) + max((float(b.max()) for b in bias), default=0.0)
