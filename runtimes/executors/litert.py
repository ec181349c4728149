"""Runs .tflite artifacts by LiteRT on this machine's CPU, with XNNPACK."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import HubError, ToolchainError, suggest
from zoo.plugs import Feeds
from zoo.tool import Tool

__all__ = ["EXECUTOR", "LitertExecutor", "LitertRun"]

_LAYOUTS = b"zoo.layouts"
_CHANNELS_LAST = (0, 2, 3, 1)
_CHANNELS_FIRST = (0, 3, 1, 2)
_REMEDY = "pip install 'edgezoo[litert]'"


class LitertExecutor:
    """LiteRT's interpreter, which takes XNNPACK's kernels where there are some."""

    name = "litert"
    tools = (Tool("LiteRT", "module", ("ai_edge_litert",), "running .tflite files", _REMEDY),)

    def load(self, folder: Path, main: str, threads: int = 1) -> "LitertRun":
        """Return a function that runs `main`.

        Raises ToolchainError where LiteRT is missing, HubError where it refuses the file.
        """
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise ToolchainError(
                f"running a .tflite file needs LiteRT ({error}); {_REMEDY}"
            ) from error
        file = folder / main
        content = file.read_bytes()
        try:
            interpreter = Interpreter(model_content=content, num_threads=threads)
            interpreter.allocate_tensors()
        except (RuntimeError, ValueError) as error:
            raise HubError(f"{file}: LiteRT cannot load it ({error}); build it again") from error
        return LitertRun(interpreter, _layouts(content), str(file))


class LitertRun:
    """A network that is ready to run. layouts: 'NHWC' by name of the inputs and outputs so held."""

    def __init__(self, interpreter: Any, layouts: Mapping[str, str], where: str) -> None:  # noqa: ANN401 (has no types)
        self._interpreter, self._layouts, self._where = interpreter, layouts, where
        self._inputs = {detail["name"]: detail for detail in interpreter.get_input_details()}
        self._outputs = {detail["name"]: detail for detail in interpreter.get_output_details()}

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name. feeds: inputs by name, float32, batch first, images NCHW.

        Where the file has integers at its border, reals are rounded to them, half to even.
        The file's batch goes through at once, a larger one in parts.
        Raises HubError for an input that is missing, unknown or of the wrong shape.
        """
        self._check(feeds)
        values = {name: self._stored(name, feeds[name]) for name in self._inputs}
        batch = next(int(detail["shape"][0]) for detail in self._inputs.values())
        count = len(next(iter(values.values())))
        parts = [
            self._invoke({name: value[start : start + batch] for name, value in values.items()})
            for start in range(0, count, batch)
        ]
        return {name: np.concatenate([part[name] for part in parts]) for name in self._outputs}

    def _invoke(self, values: Feeds) -> dict[str, NDArray[Any]]:
        for name, value in values.items():
            self._interpreter.set_tensor(self._inputs[name]["index"], value)
        self._interpreter.invoke()
        return {name: self._read(name) for name in self._outputs}

    def _stored(self, name: str, value: NDArray[Any]) -> NDArray[Any]:
        stored = _quantized(np.asarray(value, np.float32), self._inputs[name])
        held = stored.transpose(_CHANNELS_LAST) if name in self._layouts else stored
        return np.ascontiguousarray(held)

    def _read(self, name: str) -> NDArray[Any]:
        detail = self._outputs[name]
        value = _dequantized(self._interpreter.get_tensor(detail["index"]), detail)
        return value.transpose(_CHANNELS_FIRST) if name in self._layouts else value

    def _check(self, feeds: Feeds) -> None:
        for name in feeds:
            if name not in self._inputs:
                raise HubError(
                    f"{self._where}: it has no input '{name}'{suggest(name, self._inputs)}"
                )
        for name, detail in self._inputs.items():
            if name not in feeds:
                known = ", ".join(self._inputs)
                raise HubError(
                    f"{self._where}: its input '{name}' is missing; the network has {known}"
                )
            shape, given = self._shape(name, detail), np.shape(feeds[name])
            if given[1:] != shape[1:] or not given or given[0] % shape[0]:
                raise HubError(
                    f"{self._where}: input '{name}' has shape {list(given)}, needed is "
                    f"{list(shape)}, or a multiple of its batch"
                )

    def _shape(self, name: str, detail: Mapping[str, Any]) -> tuple[int, ...]:
        shape = tuple(int(size) for size in detail["shape"])
        return tuple(shape[i] for i in _CHANNELS_FIRST) if name in self._layouts else shape


def _quantized(reals: NDArray[np.float32], detail: Mapping[str, Any]) -> NDArray[Any]:
    """Return saturate(round(x / scale) + zero_point) where the tensor holds integers."""
    dtype = np.dtype(detail["dtype"])
    if dtype.kind == "f":
        return reals
    scale, zero_point = detail["quantization"]
    limits = np.iinfo(dtype)
    # Small integers, and so exact in float32.
    levels = np.rint(reals / np.float32(scale)) + np.float32(zero_point)
    integers: NDArray[Any] = levels.clip(limits.min, limits.max).astype(dtype)
    return integers


def _dequantized(stored: NDArray[Any], detail: Mapping[str, Any]) -> NDArray[Any]:
    """Return scale * (q - zero_point) where the tensor holds integers."""
    if stored.dtype.kind == "f":
        return stored
    scale, zero_point = detail["quantization"]
    levels = stored.astype(np.int32) - zero_point
    reals: NDArray[np.float32] = levels.astype(np.float32) * np.float32(scale)
    return reals


def _layouts(content: bytes) -> Mapping[str, str]:
    """Return the order of axes of images by name, nothing where the file does not tell."""
    from ai_edge_litert import schema_py_generated as schema

    model = schema.Model.GetRootAs(content)
    for index in range(model.MetadataLength()):
        entry = model.Metadata(index)
        if entry.Name() == _LAYOUTS:
            text = model.Buffers(entry.Buffer()).DataAsNumpy().tobytes()
            layouts: dict[str, str] = json.loads(text)
            return layouts
    return {}


EXECUTOR = LitertExecutor()
