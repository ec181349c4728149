"""Runs ONNX artifacts in OpenVINO on this machine's CPU.

It fuses a convolution with the addition behind it, without the rounding between them, so integers
may differ from the reference's by a step or two.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtimes.feeds import require_inputs
from zoo.errors import HubError, MissingToolError
from zoo.plugs import Executor, Feeds
from zoo.tool import Tool

__all__ = ["EXECUTOR", "OpenVinoExecutor", "OpenVinoRun"]

_REMEDY = "pip install openvino"
_ON_ONE_REQUEST = {
    "PERFORMANCE_HINT": "LATENCY",
    "NUM_STREAMS": "1",
    # On processors with bfloat16 or float16 it would take those.
    "INFERENCE_PRECISION_HINT": "f32",
}


class OpenVinoExecutor(Executor):
    """OpenVINO's CPU plugin."""

    name = "openvino"
    tools = (Tool("OpenVINO", "module", ("openvino",), "running networks in OpenVINO", _REMEDY),)

    def load(self, folder: Path, main: str, threads: int = 1) -> "OpenVinoRun":
        """Return a function that runs `main`.

        Raises ToolchainError if OpenVINO is missing, HubError if it refuses the file.
        """
        try:
            import openvino
        except ImportError as error:
            raise MissingToolError(f"running in OpenVINO needs it ({error}); {_REMEDY}") from error
        core, file = openvino.Core(), folder / main
        try:
            model = core.read_model(file)
        except RuntimeError as error:
            raise HubError(f"{file}: OpenVINO cannot read it ({error}); build it again") from error
        settings = {**_ON_ONE_REQUEST, "INFERENCE_NUM_THREADS": str(threads)}
        return OpenVinoRun(core, model, settings, str(file))


class OpenVinoRun:
    """A network, compiled for the shapes of the inputs that it gets. core, model: OpenVINO's."""

    def __init__(
        self,
        core: Any,  # noqa: ANN401 (is imported on use)
        model: Any,  # noqa: ANN401
        settings: Mapping[str, str],
        where: str,
    ) -> None:
        self._core, self._model, self._settings, self._where = core, model, settings, where
        self._inputs = [port.any_name for port in model.inputs]
        self._outputs = [port.any_name for port in model.outputs]
        self._shapes: Mapping[str, tuple[int, ...]] = {}
        self._request: Any = None

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name. feeds: inputs by name, batch first.

        Raises HubError for an input that is missing, unknown or has the wrong shape.
        """
        self.store(feeds)
        self._request.infer()
        return self.read(None)

    def store(self, feeds: Feeds) -> None:
        """Give the network its inputs, as `zoo.plugs.BareRun`."""
        require_inputs(feeds, self._inputs, self._where)
        shapes = {name: np.shape(feeds[name]) for name in self._inputs}
        if shapes != self._shapes:
            self._compile(shapes)
        for name in self._inputs:
            self._request.get_tensor(name).data[:] = feeds[name]

    def invoke(self, stored: None) -> None:  # noqa: ARG002 (the request has it)
        """Run the network."""
        self._request.infer()

    def read(self, found: None) -> dict[str, NDArray[Any]]:  # noqa: ARG002 (the request has it)
        """Return the outputs by name."""
        return {name: self._request.get_tensor(name).data.copy() for name in self._outputs}

    def _compile(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        try:
            self._model.reshape({name: list(shape) for name, shape in shapes.items()})
            compiled = self._core.compile_model(self._model, "CPU", dict(self._settings))
        except RuntimeError as error:
            raise HubError(
                f"{self._where}: OpenVINO cannot compile it for inputs of {dict(shapes)} ({error})"
            ) from error
        self._shapes, self._request = shapes, compiled.create_infer_request()


EXECUTOR = OpenVinoExecutor()
