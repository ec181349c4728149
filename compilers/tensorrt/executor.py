"""Runs the ONNX file of a TensorRT artifact on this machine's CPU: what an engine is built from.

It is not TensorRT. The file is run as it is written, node by node, so that nothing is fused by
other rules than TensorRT's.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from zoo import registry
from zoo.plugs import Feeds, Inspector, Run

__all__ = ["EXECUTOR", "TensorrtExecutor", "TensorrtRun"]

_RUNTIME = "onnxruntime-unoptimized"


class TensorrtExecutor(Inspector):
    """ONNX Runtime without optimisations, one batch of the file after the other."""

    name = "tensorrt"

    def load(self, folder: Path, main: str, threads: int = 1) -> "TensorrtRun":
        """Return a function that runs `main`; raises HubError where ONNX Runtime refuses it."""
        run = registry.load("executor", _RUNTIME).load(folder, main, threads)
        return TensorrtRun(run, _batch(folder / main))

    def load_inside(self, folder: Path, main: str, names: Sequence[str]) -> "TensorrtRun":
        """Return a function that runs `main` and gives those of these tensors that it has."""
        run = registry.load("executor", _RUNTIME).load_inside(folder, main, names)
        return TensorrtRun(run, _batch(folder / main))


class TensorrtRun:
    """A network that is ready to run. batch: of the file."""

    def __init__(self, run: Run, batch: int) -> None:
        self._run, self._batch = run, batch

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name. feeds: inputs by name, float32, batch first.

        The file's batch goes through at once, a larger one in parts.
        Raises HubError for an input that is missing, unknown or of the wrong shape.
        """
        count = max((len(values) for values in feeds.values()), default=0)
        parts = [
            self._run({name: values[i : i + self._batch] for name, values in feeds.items()})
            for i in range(0, max(count, 1), self._batch)
        ]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _batch(file: Path) -> int:
    inputs = onnx.load(file).graph.input
    return max(int(inputs[0].type.tensor_type.shape.dim[0].dim_value), 1)


EXECUTOR = TensorrtExecutor()
