"""An input for the known-answer test, and what the reference makes of it."""

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arithmetic import dequantize
from compilers.reference import run_all
from zoo.graph import Graph, quantization_of

__all__ = ["npy", "sample_and_answer"]

_SEED = 20


def sample_and_answer(graph: Graph) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Return integers [C, H, W] of the input, all equally frequent, and of the only output."""
    ((name, stored),) = graph.border.inputs.items()
    shape = tuple(int(size) for size in stored.shape[1:])
    random = np.random.Generator(np.random.PCG64(_SEED))
    sample = random.integers(-128, 128, shape)
    reals = dequantize(sample.astype(np.int8)[np.newaxis], quantization_of(stored))
    ((_, output),) = graph.border.outputs.items()
    return sample, run_all(graph, {name: reals})[output.name][0]


def npy(values: NDArray[Any]) -> bytes:
    """Return an array as a .npy file, without pickle."""
    content = io.BytesIO()
    np.save(content, values, allow_pickle=False)
    return content.getvalue()
