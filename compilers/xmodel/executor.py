"""Runs a quantized .xmodel on this machine, op by op, from the file alone.

It shares nothing with the lowering and implements the semantics of XIR's ops. All values are
k / 2**n, exact in float64 and in the float32 that it returns.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.xmodel.check import check_quantized
from compilers.xmodel.decode import decode
from compilers.xmodel.op_semantics import MEANINGS
from compilers.xmodel.partition import is_compiled
from compilers.xmodel.real_arrays import Array, Reals
from compilers.xmodel.vendor_compiler import QUANTIZED
from compilers.xmodel.xir import XirGraph, XirOp
from zoo.errors import ArtifactError, suggest
from zoo.file_content import file_content
from zoo.layout import channels_first, channels_last
from zoo.plugs import Executor, Feeds

__all__ = ["EXECUTOR", "XmodelExecutor", "XmodelRun"]


class XmodelExecutor(Executor):
    """Runs a quantized file; a compiled one only runs on the board."""

    name = "xmodel"
    stand_in = "simulated DPU"

    def load(self, folder: Path, main: str, threads: int = 1) -> "XmodelRun":  # noqa: ARG002
        """Return a function that runs `main`, or the file beside it that it was compiled from.

        threads: as numpy is configured.
        Raises ArtifactError for a file that is damaged, compiled, or has an unsupported op.
        """
        graph, file = _read(folder / main), folder / main
        if is_compiled(graph) and (folder / QUANTIZED).is_file():
            graph, file = _read(folder / QUANTIZED), folder / QUANTIZED
        return XmodelRun(graph, str(file))


class XmodelRun:
    """A loaded network."""

    def __init__(self, graph: XirGraph, where: str) -> None:
        if is_compiled(graph):
            raise ArtifactError(
                f"{where}: it is compiled for the DPU and runs on the board only; use the "
                "quantized file that it was compiled from"
            )
        check_quantized(graph, where)
        for op in graph.ops:
            if op.type not in MEANINGS and op.type != "data":
                raise ArtifactError(
                    f"{where}: op '{op.name}' is a '{op.type}', which is unknown "
                    f"here{suggest(op.type, MEANINGS)}"
                )
        self._graph = graph
        self._where = where

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name. feeds: inputs by name, float32, batch first, images NCHW."""
        values: dict[str, Reals] = {}
        for op in self._graph.ops:
            values[op.name] = self._fed(op, feeds) if op.type == "data" else self._run(op, values)
        results = self._graph.attributes["return_ops"].value
        reals = {name: values[name].numerator / values[name].divisor for name in results}
        return {
            name.removesuffix("_fix"): channels_first(array.astype(np.float32))
            for name, array in reals.items()
        }

    def _fed(self, op: XirOp, feeds: Feeds) -> Reals:
        if op.name not in feeds:
            raise ArtifactError(
                f"{self._where}: its input '{op.name}' is missing; given: "
                f"{', '.join(feeds) or 'nothing'}"
            )
        value: Array = channels_last(np.asarray(feeds[op.name], np.float64))
        if value.shape[1:] != op.tensor.shape[1:]:
            raise ArtifactError(
                f"{self._where}: input '{op.name}' has shape {list(value.shape)}, expected "
                f"{list(op.tensor.shape)} (NHWC, any batch)"
            )
        return Reals(value)

    def _run(self, op: XirOp, values: dict[str, Reals]) -> Reals:
        inputs = {role: [values[name] for name in names] for role, names in op.arguments.items()}
        try:
            return MEANINGS[op.type](op, inputs)
        # A file may hold anything; numpy detects inconsistencies.
        except (ArithmeticError, LookupError, MemoryError, TypeError, ValueError) as error:
            raise ArtifactError(
                f"{self._where}: op '{op.name}' ({op.type}) cannot be computed ({error}); the file "
                "is damaged, rebuild it"
            ) from error


def _read(file: Path) -> XirGraph:
    return decode(file_content(file, ArtifactError), str(file))


EXECUTOR = XmodelExecutor()
