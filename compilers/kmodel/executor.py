"""Runs a .kmodel of version 3 or 4 on this machine: the KPU's registers in, bytes out.

It reads the file, and beside it the names and quantizations of inputs and outputs, which the file
does not hold. It shares the format with the lowering, and nothing of what computes.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.kmodel.cpu_kernels import CPU_KERNELS
from compilers.kmodel.decode import decode
from compilers.kmodel.kmodel import Convolution, CpuNode, Kmodel, Memory
from compilers.kmodel.kpu_memory import input_image, output_image, uploaded_image
from compilers.kmodel.memory import KmodelMemory
from compilers.kmodel.node_forms import node_name
from compilers.kmodel.simulator import convolve
from zoo.errors import ArtifactError
from zoo.file_content import artifact_facts, file_content
from zoo.plugs import Executor, Feeds

__all__ = ["EXECUTOR", "KmodelExecutor", "KmodelRun", "run_kmodel"]

_FAULTS = (ArithmeticError, LookupError, MemoryError, TypeError, ValueError)
"""A file may hold anything; the nodes and numpy detect inconsistencies."""


class KmodelExecutor(Executor):
    """A simulator of the K210's KPU, and of what the SDK's runtime computes on the CPU."""

    name = "kmodel"
    stand_in = "simulated KPU"

    def load(self, folder: Path, main: str, threads: int = 1) -> "KmodelRun":  # noqa: ARG002
        """Return a function that runs `main`, whose border is in the .json file of its name.

        Raises ArtifactError for a damaged file, or one of version 5.
        """
        file = folder / main
        model = decode(file_content(file, ArtifactError), str(file))
        if not isinstance(model, Kmodel):
            raise ArtifactError(
                f"{file}: it has version 5, of which only the headers are read; build version 4"
            )
        return KmodelRun(model, artifact_facts(file.with_suffix(".json")), str(file))


class KmodelRun:
    """A loaded network. border: 'inputs' and 'outputs' in the file's order, as network.json."""

    def __init__(self, model: Kmodel, border: dict[str, Any], where: str) -> None:
        self._model, self._border, self._where = model, border, where

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name. feeds: inputs by name, float32, batch first, NCHW."""
        stored = [self._stored(fact, feeds) for fact in self._border["inputs"]]
        runs = [
            run_kmodel(self._model, list(sample), self._where)
            for sample in zip(*stored, strict=True)
        ]
        facts = self._border["outputs"]
        return {
            fact["name"]: np.stack([run[index].reshape(fact["shape"]) for run in runs])
            for index, fact in enumerate(facts)
        }

    def _stored(self, fact: dict[str, Any], feeds: Feeds) -> NDArray[np.uint8]:
        """Return an input's integers, quantized in float32 as the app does."""
        name, shape = fact["name"], tuple(fact["shape"])
        if name not in feeds:
            raise ArtifactError(
                f"{self._where}: its input '{name}' is missing; given: "
                f"{', '.join(feeds) or 'nothing'}"
            )
        reals = np.asarray(feeds[name], np.float32)
        if reals.shape[1:] != shape:
            raise ArtifactError(
                f"{self._where}: input '{name}' has shape {list(reals.shape)}, expected "
                f"['N', {', '.join(map(str, shape))}]"
            )
        levels = reals / np.float32(fact["scale"])
        is_even = fact["rounding"] == "half_even"
        rounded = np.rint(levels) if is_even else np.floor(levels + np.float32(0.5))
        integers = rounded.astype(np.float64) + fact["zero_point"]
        return np.asarray(integers.clip(0, 255), np.uint8)


def run_kmodel(model: Kmodel, inputs: list[NDArray[np.uint8]], where: str) -> list[NDArray[Any]]:
    """Return the outputs, flat, as the board's main memory has them.

    inputs: integers of each input in order.  where: for messages.
    Raises ArtifactError naming the node that does not fit its file.
    """
    step = "its inputs"
    try:
        memory = KmodelMemory(model)
        _feed(model, memory, inputs)
        for index, node in enumerate(model.nodes):
            name = node_name(model.version, node.code) if isinstance(node, CpuNode) else "KPU"
            step = f"node {index} ({name})"
            _run(model, node, name, memory)
        step = "its outputs"
        return [memory.at(place).copy() for place in model.outputs]
    except _FAULTS as error:
        raise ArtifactError(
            f"{where}: {step} cannot be computed ({error}); the file is damaged, build it again"
        ) from error


def _feed(model: Kmodel, memory: KmodelMemory, inputs: list[NDArray[np.uint8]]) -> None:
    """Store the inputs; version 3 has one, which its first layer reads."""
    if model.version == 3:
        first = model.nodes[0]
        if not isinstance(first, Convolution):
            raise ValueError("its first layer is none of the KPU; others take no picture")
        input_image(first.layer).write(memory.kpu, inputs[0])
        return
    for place, shape, values in zip(model.inputs, model.input_shapes, inputs, strict=True):
        if place.memory is Memory.KPU:
            _, channels, height, width = shape
            layout = uploaded_image((channels, height, width), place.start)
            layout.write(memory.kpu, values.reshape(layout.shape))
        else:
            memory.store(place, values)


def _run(model: Kmodel, node: Convolution | CpuNode, name: str, memory: KmodelMemory) -> None:
    if isinstance(node, CpuNode):
        kernel = CPU_KERNELS.get((model.version, name))
        if kernel is None:
            raise ValueError("its kind is not computed here")
        kernel(node, memory)
        return
    if node.batches != 1:
        raise ValueError(f"it computes {node.batches} images; only one is computed here")
    target = output_image(node.layer)
    target.read(memory.kpu)  # before any work, so that a layer too large is an error
    image = convolve(node, input_image(node.layer).read(memory.kpu))
    target.write(memory.kpu, image)
    if node.main_output is not None:
        memory.store(node.main_output, image)


EXECUTOR = KmodelExecutor()
