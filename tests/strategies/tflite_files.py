"""Graphs as .tflite files, and what LiteRT computes from them.

Tests that use it are skipped where LiteRT is not installed.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from random_graphs import random_feeds

from compilers.op_by_op import judge_ops
from compilers.reference import run_graph
from compilers.tflite.compiler import COMPILER
from zoo import registry
from zoo.artifact import Artifact
from zoo.graph import Graph
from zoo.plugs import OpDifference
from zoo.target import Target

__all__ = ["INTEGER_BORDER", "TARGET", "differences", "op_differences", "run_tflite", "to_tflite"]

pytest.importorskip("ai_edge_litert", reason="LiteRT is missing: pip install edgezoo[litert]")

TARGET = Target("board", "a board", "tflite", "litert", "none", {})
INTEGER_BORDER = replace(TARGET, facts={"tensor_border": "integer"})

_CANCELLED = 0.01
"""Inputs are about 3: an output below this is what sums leave that cancel out."""


def to_tflite(graph: Graph, target: Target = TARGET) -> Artifact:
    """Return the artifact."""
    return COMPILER.lower(graph, target, "float32")


def run_tflite(content: bytes, feeds: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the outputs of a file by name."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "model.tflite").write_bytes(content)
        run = registry.load("executor", "litert").load(Path(folder), "model.tflite")
        return run(feeds)


def differences(graph: Graph, feeds: Mapping[str, np.ndarray] | None = None) -> dict[str, float]:
    """Return the largest difference from the reference by output.

    In steps of the output where it is computed in integers, else relative to its largest value.
    feeds: two random samples where None.
    """
    given = feeds or {name: 3 * reals for name, reals in random_feeds(graph, seed=3).items()}
    artifact = to_tflite(graph)
    found, wanted = run_tflite(artifact.files[artifact.main], given), run_graph(graph, given)
    assert found.keys() == wanted.keys()
    return {name: _difference(graph, name, found[name], wanted[name]) for name in wanted}


def op_differences(
    graph: Graph, feeds: Mapping[str, np.ndarray] | None = None
) -> list[OpDifference]:
    """Return how far each op of an integer graph is off, given what LiteRT computed before it.

    feeds: two random samples where None.
    """
    given = feeds or {name: 3 * reals for name, reals in random_feeds(graph, seed=3).items()}
    names = [t.name for t in graph.tensors.values() if t.quantization and not t.is_constant]
    artifact = to_tflite(graph)
    with TemporaryDirectory() as folder:
        (Path(folder) / artifact.main).write_bytes(artifact.files[artifact.main])
        run = registry.load("executor", "litert").load_inside(Path(folder), artifact.main, names)
        return list(judge_ops(graph, {**given, **run(given)}))


def _difference(graph: Graph, name: str, found: np.ndarray, wanted: np.ndarray) -> float:
    assert found.shape == wanted.shape
    producer = graph.producer(name)
    grid = producer and graph.tensors[producer.inputs[0]].quantization
    largest = float(np.abs(wanted).max())
    unit = grid.scale[0] if grid else max(largest, _CANCELLED)
    return float(np.abs(found - wanted).max()) / unit
