"""Runs Graphs on the same pictures, in ONNX Runtime without optimisation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from zoo import registry
from zoo.graph import Graph
from zoo.plugs import Format, Run
from zoo.step import Frame

__all__ = ["Runner", "Values"]

Values = Mapping[str, NDArray[np.float32]]

_EXECUTOR = "onnxruntime-unoptimized"
_BATCH = 4
"""All values inside the network are in memory for so many pictures."""


@dataclass(frozen=True, eq=False)
class Runner:
    """Pictures as a network's input.

    input: its name.  samples: [N, ...] float32.  frames: of the pictures, to read outputs with.
    """

    input: str
    samples: NDArray[np.float32]
    frames: tuple[Frame, ...] = ()

    def with_samples(self, samples: NDArray[np.float32]) -> "Runner":
        """Return a runner of other inputs."""
        return Runner(self.input, samples)

    def outputs(self, graph: Graph) -> dict[str, NDArray[np.float32]]:
        """Return a graph's outputs for all pictures, [N, ...] by name."""
        found = list(self.batches(graph, graph.outputs))
        return {name: np.concatenate([batch[name] for batch in found]) for name in graph.outputs}

    def batches(self, graph: Graph, names: Sequence[str]) -> Iterator[Values]:
        """Yield some of a graph's activations, by name, for a few pictures at a time."""
        run = _loaded(replace(graph, outputs=tuple(names)))
        own = graph.tensors[graph.inputs[0]].shape[0]
        size = own if isinstance(own, int) else _BATCH
        for start in range(0, len(self.samples), size):
            batch = self.samples[start : start + size]
            filled = batch if own != size else np.resize(batch, (size, *batch.shape[1:]))
            found = run({self.input: filled})
            yield {name: array[: len(batch)] for name, array in found.items()}


def _loaded(graph: Graph) -> Run:
    format_: Format = registry.load("format", "onnx")
    with TemporaryDirectory(prefix="zoo-diagnose-") as folder:
        (Path(folder) / "network.onnx").write_bytes(format_.write(graph))
        run: Run = registry.load("executor", _EXECUTOR).load(Path(folder), "network.onnx")
    return run
