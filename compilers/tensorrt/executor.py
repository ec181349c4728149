"""Runs the ONNX file of a TensorRT artifact on this machine's CPU: what an engine is built from.

It is not TensorRT. The file is run as it is written, node by node, so that nothing is fused by
other rules than TensorRT's.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo import registry
from zoo.plugs import Feeds, Run

__all__ = ["EXECUTOR", "TensorrtExecutor", "TensorrtRun"]


class TensorrtExecutor:
    """ONNX Runtime without optimisations, one sample at a time."""

    name = "tensorrt"

    def load(self, folder: Path, main: str, threads: int = 1) -> "TensorrtRun":
        """Return a function that runs `main`; raises HubError where ONNX Runtime refuses it."""
        run = registry.load("executor", "onnxruntime-unoptimized").load(folder, main, threads)
        return TensorrtRun(run)


class TensorrtRun:
    """A network that is ready to run."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name. feeds: inputs by name, float32, batch first.

        The file has a batch of one: the samples go through it one by one.
        Raises HubError for an input that is missing, unknown or of the wrong shape.
        """
        counts = [len(values) for values in feeds.values() if np.ndim(values)]
        samples = range(max(counts, default=1))
        results = [
            self._run({name: values[i : i + 1] for name, values in feeds.items()}) for i in samples
        ]
        return {name: np.concatenate([one[name] for one in results]) for name in results[0]}


EXECUTOR = TensorrtExecutor()
