"""Runs ONNX artifacts in ONNX Runtime on this machine's CPU."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnx import ModelProto, ValueInfoProto

from runtimes.feeds import element_type, require_inputs
from runtimes.saturation import saturates
from zoo.errors import HubError
from zoo.plugs import Feeds, Inspector

__all__ = ["EXECUTOR", "OnnxRuntimeExecutor", "OnnxRuntimeRun"]

_FATAL_ONLY = 4
"""Of ONNX Runtime's own lines: what it prints of an error is in the exception, too."""


class OnnxRuntimeExecutor(Inspector):
    """ONNX Runtime, with all or none of its graph optimisations."""

    def __init__(self, name: str, optimize: bool) -> None:
        level = onnxruntime.GraphOptimizationLevel
        self.name = name
        self._level = level.ORT_ENABLE_ALL if optimize else level.ORT_DISABLE_ALL

    def load(self, folder: Path, main: str, threads: int = 1) -> "OnnxRuntimeRun":
        """Return a function that runs `main`; raises HubError if ONNX Runtime refuses it."""
        file = folder / main
        return self._load(str(file), str(file), threads)

    def load_inside(self, folder: Path, main: str, names: Sequence[str]) -> "OnnxRuntimeRun":
        """Return a function that runs `main` and returns those of these tensors that it has.

        They become outputs; this does not prevent any fusion for integer tensors.
        """
        file = folder / main
        return self._load(_with_outputs(file.read_bytes(), names), str(file), threads=1)

    def _load(self, model: str | bytes, where: str, threads: int) -> "OnnxRuntimeRun":
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = self._level
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = _FATAL_ONLY
        if saturates():
            options.add_session_config_entry("session.x64quantprecision", "1")
        try:
            session = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"]
            )
        # Its errors have no common base but Exception.
        except Exception as error:
            raise HubError(
                f"{where}: ONNX Runtime {onnxruntime.__version__} cannot load it ({error}); "
                "build it again"
            ) from error
        return OnnxRuntimeRun(session, where)


class OnnxRuntimeRun:
    """A loaded network."""

    def __init__(self, session: onnxruntime.InferenceSession, where: str) -> None:
        self._session = session
        self._where = where
        self._inputs = {value.name: value.shape for value in session.get_inputs()}
        self._types = {value.name: element_type(value.type) for value in session.get_inputs()}
        self._outputs = [value.name for value in session.get_outputs()]

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name. feeds: inputs by name, batch first, in the file's types.

        Raises HubError for an input that is missing, unknown or has the wrong shape.
        """
        return self.read(self.invoke(self.store(feeds)))

    def store(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the inputs in the file's types, as `zoo.plugs.BareRun`."""
        self._check(feeds)
        types = self._types.items()
        return {name: np.ascontiguousarray(feeds[name], dtype) for name, dtype in types}

    def invoke(self, stored: Feeds) -> Sequence[NDArray[Any]]:
        """Return the outputs in order."""
        found: Sequence[NDArray[Any]] = self._session.run(self._outputs, stored)
        return found

    def read(self, found: Sequence[NDArray[Any]]) -> dict[str, NDArray[Any]]:
        """Return the outputs by name."""
        return dict(zip(self._outputs, found, strict=True))

    def _check(self, feeds: Feeds) -> None:
        require_inputs(feeds, self._inputs, self._where)
        for name, shape in self._inputs.items():
            given = np.shape(feeds[name])
            fits = len(given) == len(shape) and all(
                size == wanted
                for size, wanted in zip(given, shape, strict=True)
                if isinstance(wanted, int)
            )
            if not fits:
                raise HubError(
                    f"{self._where}: input '{name}' has shape {list(given)}, expected {shape}"
                )


def _with_outputs(content: bytes, names: Sequence[str]) -> bytes:
    """Return an ONNX file with those of these tensors as outputs that its nodes compute."""
    model = ModelProto.FromString(content)
    computed = {name for node in model.graph.node for name in node.output}
    del model.graph.output[:]
    # ONNX Runtime infers types and shapes.
    model.graph.output.extend(ValueInfoProto(name=name) for name in names if name in computed)
    changed: bytes = model.SerializeToString()
    return changed


EXECUTOR = OnnxRuntimeExecutor("onnxruntime", optimize=True)
