"""Runs an .xmodel on AMD's DPU with VART's Python interface."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import vart
import xir
from numpy.typing import NDArray

__all__ = ["Dpu", "DpuError"]


class DpuError(Exception):
    """A model that cannot be run."""


class Dpu:
    """A compiled network. Its tensors are 8-bit integers q that stand for q / 2^fix_point."""

    def __init__(self, model: Path, input_name: str, outputs: Mapping[str, Sequence[int]]) -> None:
        """Load a network.

        outputs: shapes by name, without the batch. Raises DpuError for a network that is missing,
        not compiled or not of this contract.
        """
        if not model.is_file():
            raise DpuError(f"{model}: no such model; sh compile.sh in its directory makes it")
        self._graph = xir.Graph.deserialize(str(model))
        self._runner = vart.Runner.create_runner(_dpu_part(self._graph, model), "run")
        self._outputs = outputs
        inputs = self._runner.get_input_tensors()
        self._input = _find(inputs, input_name, inputs[0].dims[1:], model)
        self._tensors = self._runner.get_output_tensors()
        self._found = {
            name: _find(self._tensors, name, shape, model) for name, shape in outputs.items()
        }

    def run(self, input_chw: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
        """Return the outputs by name, without the batch, from a [C, H, W] input."""
        scaled = np.ldexp(input_chw.transpose(1, 2, 0), self._input.get_attr("fix_point"))
        rounded = np.clip(np.floor(scaled + np.float32(0.5)), -128, 127)
        input_nhwc = np.ascontiguousarray(rounded.astype(np.int8)[np.newaxis])
        results = [np.empty(tuple(tensor.dims), np.int8) for tensor in self._tensors]
        job = self._runner.execute_async([input_nhwc], results)
        self._runner.wait(job)
        by_name = {tensor.name: r for tensor, r in zip(self._tensors, results, strict=True)}
        return {
            name: _reals(by_name[tensor.name], tensor, self._outputs[name])
            for name, tensor in self._found.items()
        }


def _dpu_part(graph: Any, model: Path) -> Any:  # noqa: ANN401 (VART ships no types)
    parts = graph.get_root_subgraph().toposort_child_subgraph()
    found = [p for p in parts if p.has_attr("device") and p.get_attr("device") == "DPU"]
    if len(found) == 1:
        return found[0]
    if not found:
        raise DpuError(
            f"{model}: is not compiled, it has no part for the DPU; compile it on a machine with "
            "Vitis AI: sh compile.sh in its directory"
        )
    raise DpuError(f"{model}: has {len(found)} parts for the DPU, this program runs one")


def _find(tensors: Sequence[Any], name: str, shape: Sequence[int], model: Path) -> Any:  # noqa: ANN401
    """Return the tensor of a name, with or without '_fix', else the only one of that size."""
    size = int(np.prod(shape))
    fitting = [tensor for tensor in tensors if int(np.prod(tensor.dims)) == size]
    named = [tensor for tensor in fitting if tensor.name in (name, f"{name}_fix")]
    if named or len(fitting) == 1:
        return (named or fitting)[0]
    listed = ", ".join(f"'{tensor.name}' {list(tensor.dims)}" for tensor in tensors)
    raise DpuError(
        f"{model}: its DPU part has no tensor that can be '{name}' {list(shape)}; it has {listed}. "
        "This program was made for another model: build the bundle again"
    )


def _reals(
    integers: NDArray[np.int8],
    tensor: Any,  # noqa: ANN401
    shape: Sequence[int],
) -> NDArray[np.float32]:
    fix_point = tensor.get_attr("fix_point")
    numbers: NDArray[np.float32] = np.ldexp(integers[0].astype(np.float32), -fix_point)
    if len(shape) == 3:  # images: from channels last to channels first
        numbers = numbers.transpose(2, 0, 1)
    return numbers.reshape(tuple(shape))
