"""Runs .tflite artifacts in LiteRT on this machine's CPU, with XNNPACK."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtimes.feeds import require_inputs
from runtimes.tflite_file import metadata, with_outputs
from zoo.errors import HubError, MissingToolError
from zoo.layout import CHANNELS_FIRST, CHANNELS_LAST, channels_first, channels_last, reordered
from zoo.plugs import Feeds, Inspector
from zoo.tool import Tool, install_extra

__all__ = ["EXECUTOR", "TOOLS", "LitertExecutor", "LitertInside", "LitertRun", "new_interpreter"]

_LAYOUTS, _BORDER = "zoo.layouts", "zoo.border"
_REMEDY = install_extra("litert")
TOOLS = (Tool("LiteRT", "module", ("ai_edge_litert",), "running .tflite files", _REMEDY),)


class LitertExecutor(Inspector):
    """LiteRT's interpreter, with XNNPACK's kernels if available."""

    name = "litert"
    tools = TOOLS

    def load(self, folder: Path, main: str, threads: int = 1) -> "LitertRun":
        """Return a function that runs `main`.

        Raises ToolchainError if LiteRT is missing, HubError if it refuses the file.
        """
        file = folder / main
        content = file.read_bytes()
        interpreter = new_interpreter(content, str(file), threads)
        return LitertRun(interpreter, metadata(content, _LAYOUTS), str(file))

    def load_inside(self, folder: Path, main: str, names: Sequence[str]) -> "LitertInside":
        """Return a function that runs `main` and returns those of these activations that it has.

        They become outputs, which does not change XNNPACK's results. Integers are int8, also at the
        border.
        """
        file = folder / main
        content = file.read_bytes()
        new_interpreter(content, str(file), threads=1)  # before anything else reads the file
        border = metadata(content, _BORDER)
        asked = {border.get(name, name): name for name in names}
        interpreter = new_interpreter(with_outputs(content, asked), str(file), threads=1)
        details = (*interpreter.get_input_details(), *interpreter.get_output_details())
        stated = metadata(content, _LAYOUTS)
        images = (d["name"] for d in details if len(d["shape"]) == len(CHANNELS_LAST))
        layouts = {name: "NHWC" for name in images if stated.get(name) != "NCHW"}
        return LitertInside(LitertRun(interpreter, layouts, str(file), as_stored=True), asked)


class LitertRun:
    """A loaded network.

    layouts: 'NHWC' by name of such inputs and outputs.  as_stored: whether integer outputs are
    returned as integers.
    """

    def __init__(
        self,
        interpreter: Any,  # noqa: ANN401 (has no types)
        layouts: Mapping[str, str],
        where: str,
        *,
        as_stored: bool = False,
    ) -> None:
        self._interpreter, self._layouts, self._where = interpreter, layouts, where
        self._as_stored = as_stored
        self._inputs = {detail["name"]: detail for detail in interpreter.get_input_details()}
        self._outputs = {detail["name"]: detail for detail in interpreter.get_output_details()}

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name. feeds: inputs by name, float32, batch first, images NCHW.

        If the file has integer inputs, reals are rounded half to even.
        Larger batches run in parts of the file's size.
        Raises HubError for an input that is missing, unknown or has the wrong shape.
        """
        self._check(feeds)
        batch = next(int(detail["shape"][0]) for detail in self._inputs.values())
        count = len(feeds[next(iter(self._inputs))])
        parts = [
            self._part({name: feeds[name][start : start + batch] for name in self._inputs})
            for start in range(0, count, batch)
        ]
        return {name: np.concatenate([part[name] for part in parts]) for name in self._outputs}

    def store(self, feeds: Feeds) -> None:
        """Give the interpreter its inputs, as `zoo.plugs.BareRun`."""
        for name, detail in self._inputs.items():
            self._interpreter.set_tensor(detail["index"], self._stored(name, feeds[name]))

    def invoke(self, stored: None) -> None:  # noqa: ARG002 (the interpreter has it)
        """Run the interpreter."""
        self._interpreter.invoke()

    def read(self, found: None) -> dict[str, NDArray[Any]]:  # noqa: ARG002 (the interpreter has it)
        """Return the interpreter's outputs by name."""
        return {name: self._read(name) for name in self._outputs}

    def read_inputs(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the values of the inputs for these feeds, images NCHW."""
        return {
            name: _quantized(np.asarray(feeds[name], np.float32), detail)
            for name, detail in self._inputs.items()
        }

    def _part(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        self.store(feeds)
        self._interpreter.invoke()
        return self.read(None)

    def _stored(self, name: str, value: NDArray[Any]) -> NDArray[Any]:
        stored = _quantized(np.asarray(value, np.float32), self._inputs[name])
        held = channels_last(stored) if name in self._layouts else stored
        return np.ascontiguousarray(held)

    def _read(self, name: str) -> NDArray[Any]:
        detail = self._outputs[name]
        stored = self._interpreter.get_tensor(detail["index"])
        value = stored if self._as_stored else _dequantized(stored, detail)
        return channels_first(value) if name in self._layouts else value

    def _check(self, feeds: Feeds) -> None:
        require_inputs(feeds, self._inputs, self._where)
        for name, detail in self._inputs.items():
            shape, given = self._shape(name, detail), np.shape(feeds[name])
            if given[1:] != shape[1:] or not given or given[0] % shape[0]:
                raise HubError(
                    f"{self._where}: input '{name}' has shape {list(given)}, expected "
                    f"{list(shape)}, or a multiple of its batch"
                )

    def _shape(self, name: str, detail: Mapping[str, Any]) -> tuple[int, ...]:
        shape = tuple(int(size) for size in detail["shape"])
        return reordered(shape, CHANNELS_FIRST) if name in self._layouts else shape


class LitertInside:
    """A network that exposes its activations. names: as requested, by the names in the file."""

    def __init__(self, run: LitertRun, names: Mapping[str, str]) -> None:
        self._run, self._names = run, names

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the activations by their requested names, images NCHW."""
        found = {**self._run(feeds), **self._run.read_inputs(feeds)}
        return {self._names[name]: held for name, held in found.items() if name in self._names}


def new_interpreter(
    content: bytes,
    where: str,
    threads: int = 1,
    **options: object,
) -> Any:  # noqa: ANN401 (has no types)
    """Return LiteRT's interpreter, ready to run. options: its further parameters.

    Raises ToolchainError if LiteRT is missing, HubError if it refuses the file.
    """
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise MissingToolError(
            f"running a .tflite file needs LiteRT ({error}); {_REMEDY}"
        ) from error
    try:
        interpreter = Interpreter(model_content=content, num_threads=threads, **options)
        interpreter.allocate_tensors()
    except (RuntimeError, ValueError) as error:
        raise HubError(
            f"{where}: LiteRT cannot load it ({error}); build or convert it again"
        ) from error
    return interpreter


def _quantized(reals: NDArray[np.float32], detail: Mapping[str, Any]) -> NDArray[Any]:
    """Return saturate(round(x / scale) + zero_point) if the tensor holds integers."""
    dtype = np.dtype(detail["dtype"])
    if dtype.kind == "f":
        return reals
    scale, zero_point = detail["quantization"]
    limits = np.iinfo(dtype)
    # Small integers, so exact in float32.
    levels = np.rint(reals / np.float32(scale)) + np.float32(zero_point)
    integers: NDArray[Any] = levels.clip(limits.min, limits.max).astype(dtype)
    return integers


def _dequantized(stored: NDArray[Any], detail: Mapping[str, Any]) -> NDArray[Any]:
    """Return scale * (q - zero_point) if the tensor holds integers."""
    if stored.dtype.kind == "f":
        return stored
    scale, zero_point = detail["quantization"]
    levels = stored.astype(np.int32) - zero_point
    reals: NDArray[np.float32] = levels.astype(np.float32) * np.float32(scale)
    return reals


EXECUTOR = LitertExecutor()
