"""Integer graphs as C: the sources, and what they compute when compiled for this machine."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from one_node import OneNode
from random_graphs import random_feeds

from compilers.c.compiler import COMPILER
from compilers.reference import run_graph
from zoo import registry
from zoo.artifact import Artifact
from zoo.graph import Graph
from zoo.target import Target

__all__ = ["assert_exact", "run_c", "side_by_side", "to_c", "write_c"]

TARGET = Target("board", "a board", "c", "c", "cpp-c", {})


def to_c(graph: Graph) -> Artifact:
    """Return the artifact."""
    return COMPILER.lower(graph, TARGET, "any")


def write_c(graph: Graph, folder: Path) -> Path:
    """Write the artifact's files and return the main one."""
    artifact = to_c(graph)
    for name, content in artifact.files.items():
        (folder / name).write_bytes(content)
    return folder / artifact.main


def run_c(
    graph: Graph, feeds: Mapping[str, np.ndarray], executor: str = "c"
) -> dict[str, np.ndarray]:
    """Return the outputs of the compiled program. executor: of C code."""
    with TemporaryDirectory() as folder:
        main = write_c(graph, Path(folder))
        run = registry.load("executor", executor).load(main.parent, main.name)
        return run(feeds)


def assert_exact(graph: Graph, seed: int = 3, executor: str = "c") -> None:
    """Compare every output with the reference, for two random samples."""
    feeds = {name: 3 * reals for name, reals in random_feeds(graph, seed).items()}
    found, wanted = run_c(graph, feeds, executor), run_graph(graph, feeds)
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        np.testing.assert_array_equal(found[name], value, name)


def side_by_side(cases: Mapping[str, OneNode]) -> Graph:
    """Return one network of many that do not touch, so that a compiler runs once for all."""
    inputs, outputs, tensors, nodes = [], [], {}, []
    for key, case in cases.items():
        graph = case.graph
        inputs += [f"{key}.{name}" for name in graph.inputs]
        outputs += [f"{key}.{name}" for name in graph.outputs]
        for name, tensor in graph.tensors.items():
            tensors[f"{key}.{name}"] = replace(tensor, name=f"{key}.{name}")
        nodes += [
            replace(
                node,
                name=f"{key}/{node.name}",
                inputs=tuple(f"{key}.{name}" for name in node.inputs),
                output=f"{key}.{node.output}",
            )
            for node in graph.nodes
        ]
    return Graph("side by side", tuple(inputs), tuple(outputs), tensors, tuple(nodes))
