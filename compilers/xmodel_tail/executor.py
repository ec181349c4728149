"""Runs an .xmodel and the tail behind it on this machine."""

import json
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from compilers.hub import HUB
from compilers.xmodel.executor import EXECUTOR as XMODEL
from zoo import registry
from zoo.plugs import Executor, Feeds, Run

__all__ = ["EXECUTOR", "OUTPUTS", "TAIL", "XmodelTailExecutor"]

TAIL = "tail.onnx"
OUTPUTS = "zoo.outputs"
"""Metadata of the tail: the whole network's outputs, as JSON."""


class XmodelTailExecutor(Executor):
    """The DPU's part by compilers.xmodel, the tail by ONNX Runtime."""

    name = "xmodel_tail"
    stand_in = "simulated DPU"

    def load(self, folder: Path, main: str, threads: int = 1) -> Run:
        """Return a function that runs both; raises ArtifactError as for an .xmodel."""
        if not (folder / TAIL).is_file():
            return XMODEL.load(folder, main, threads)
        front, tail = self.load_parts(folder, main, threads)
        metadata = HUB.read((folder / TAIL).read_bytes(), str(folder / TAIL)).metadata
        outputs = json.loads(metadata[OUTPUTS])

        def run(feeds: Feeds) -> dict[str, NDArray[Any]]:
            ends = front(feeds)
            every = {**ends, **tail(ends)}
            return {name: every[name] for name in outputs}

        return run

    def load_parts(self, folder: Path, main: str, threads: int = 1) -> tuple[Run, Run]:
        """Return functions that run the DPU's part, and the tail on its outputs."""
        tail = registry.load("executor", "onnxruntime-unoptimized").load(folder, TAIL, threads)
        inputs = HUB.read((folder / TAIL).read_bytes(), str(folder / TAIL)).inputs

        def run_tail(feeds: Feeds) -> dict[str, NDArray[Any]]:
            found: dict[str, NDArray[Any]] = tail({name: feeds[name] for name in inputs})
            return found

        front: Run = XMODEL.load(folder, main, threads)
        return front, run_tail


EXECUTOR = XmodelTailExecutor()
