"""Runs a user's own ONNX file unchanged, with any fixed batch, in float32, float16 or uint8."""

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto

from runtimes.feeds import element_type
from zoo.errors import HubError
from zoo.plugs import Executor, Feeds

__all__ = ["EXECUTOR", "SourceExecutor", "SourceRun"]

_FATAL_ONLY = 4
"""Of ONNX Runtime's own lines: what it prints of an error is in the exception, too."""


class SourceExecutor(Executor):
    """ONNX Runtime without optimisations; it reads external weights itself."""

    name = "onnxruntime-source"

    def load(self, folder: Path, main: str, threads: int = 1) -> "SourceRun":
        """Return a function that runs `main`; raises HubError if ONNX Runtime refuses it."""
        file = folder / main
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = threads
        options.log_severity_level = _FATAL_ONLY
        try:
            session = onnxruntime.InferenceSession(
                str(file), options, providers=["CPUExecutionProvider"]
            )
        # Its errors have no common base but Exception.
        except Exception as error:
            raise _refusal(file, error) from error
        return SourceRun(session, file)


class SourceRun:
    """A loaded user's network. is_half: whether it has float16 constants."""

    def __init__(self, session: onnxruntime.InferenceSession, file: Path) -> None:
        self._session = session
        self._file = file
        self._types = {v.name: element_type(v.type) for v in session.get_inputs()}
        constants = onnx.load(file, load_external_data=False).graph.initializer
        self.is_half = any(tensor.data_type == TensorProto.FLOAT16 for tensor in constants)

    def __call__(
        self, feeds: Feeds, constants: Feeds = MappingProxyType({})
    ) -> dict[str, NDArray[Any]]:
        """Return the outputs by name, [N, values] float32.

        feeds: inputs by name, [N, ...].  constants: inputs that are the same for all samples, in
        the file's shape.
        """
        names = [value.name for value in self._session.get_outputs()]
        samples = len(next(iter(feeds.values())))
        fixed = {name: values.astype(self._types[name]) for name, values in constants.items()}
        runs = [self._run(names, batch, fixed) for batch in self._batches(feeds, samples)]
        joined = (np.concatenate(parts)[:samples] for parts in zip(*runs, strict=True))
        return dict(zip(names, joined, strict=True))

    def _batches(self, feeds: Feeds, samples: int) -> Iterator[Feeds]:
        """Yield batches of the file's fixed size, padded with the last sample; or of one."""
        shapes = {v.name: v.shape for v in self._session.get_inputs()}
        sizes = [shapes[name][0] for name in feeds if shapes.get(name)]
        batch = next((size for size in sizes if isinstance(size, int)), 1)
        for start in range(0, samples, batch):
            chosen = np.minimum(np.arange(start, start + batch), samples - 1)
            yield {
                name: values[chosen].astype(self._types.get(name, "float32"))
                for name, values in feeds.items()
            }

    def _run(self, names: list[str], batch: Feeds, constants: Feeds) -> list[NDArray[Any]]:
        size = len(next(iter(batch.values())))
        try:
            outputs = self._session.run(names, {**batch, **constants})
            return [np.asarray(values, np.float32).reshape(size, -1) for values in outputs]
        except Exception as error:  # as above
            raise _refusal(self._file, error) from error


def _refusal(file: Path, error: Exception) -> HubError:
    return HubError(
        f"{file}: ONNX Runtime {onnxruntime.__version__} cannot run it "
        f"({' '.join(str(error).split())}), so the import cannot be checked against it; export it "
        "again, with opset 13 to 21"
    )


EXECUTOR = SourceExecutor()
