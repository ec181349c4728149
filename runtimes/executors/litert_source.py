"""Runs a user's own .tflite file unchanged, as the source of a proof."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtimes.executors.litert import TOOLS, LitertRun, new_interpreter
from zoo.flat_table import FlatTable
from zoo.layout import CHANNELS_LAST, channels_first
from zoo.plugs import Feeds, Inspector

__all__ = ["EXECUTOR", "LitertSourceExecutor", "LitertSourceInside", "LitertSourceRun"]

_INTEGERS = ".integers"
"""Suffix of the integers behind an input or output, in the imported network."""

_QUANTIZED = (3, 7, 9)
"""UINT8, INT16 and INT8 in the schema's TensorType."""


class LitertSourceExecutor(Inspector):
    """LiteRT without delegates; with its reference kernels, TFLite's own definition, for integers.

    Inputs are fed as the file has them, images NHWC; outputs and activations are returned NCHW.
    """

    name = "litert-source"
    tools = TOOLS

    def load(self, folder: Path, main: str, threads: int = 1) -> "LitertSourceRun":
        """Return a function that runs `main`.

        Raises ToolchainError if LiteRT is missing, HubError if it refuses the file.
        """
        return LitertSourceRun(_interpreter(folder / main, threads), str(folder / main))

    def load_inside(self, folder: Path, main: str, names: Sequence[str]) -> "LitertSourceInside":
        """Return a function that runs `main` and returns those of these activations that it has."""
        kept = _interpreter(folder / main, threads=1, experimental_preserve_all_tensors=True)
        return LitertSourceInside(kept, str(folder / main), names)


class LitertSourceRun:
    """A loaded user's network. is_half: never, since constants in float16 are widened."""

    is_half = False

    def __init__(self, interpreter: Any, where: str) -> None:  # noqa: ANN401 (has no types)
        outputs = interpreter.get_output_details()
        layouts = {d["name"]: "NHWC" for d in outputs if len(d["shape"]) == len(CHANNELS_LAST)}
        shapes = {d["name"]: d["shape"] for d in interpreter.get_input_details()}
        self._run = LitertRun(interpreter, layouts, where)
        self._batches = {name: int(shape[0]) for name, shape in shapes.items() if len(shape)}

    def __call__(
        self, feeds: Feeds, constants: Feeds = MappingProxyType({})
    ) -> dict[str, NDArray[Any]]:
        """Return the outputs by name, float32, images NCHW.

        feeds: inputs by name, [N, ...]; the last sample is repeated to fill the file's batch.
        constants: inputs that are the same for all samples, in the file's shape.
        """
        samples = len(next(iter(feeds.values())))
        batch = next((self._batches[name] for name in feeds if name in self._batches), 1)
        parts = []
        for start in range(0, samples, batch):
            chosen = np.minimum(np.arange(start, start + batch), samples - 1)
            given = {name: values[chosen] for name, values in feeds.items()}
            parts.append(self._run({**given, **constants}))
        joined = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        return {name: values[:samples] for name, values in joined.items()}


class LitertSourceInside:
    """A network that exposes its activations. names: as the imported network has them."""

    def __init__(self, interpreter: Any, where: str, names: Sequence[str]) -> None:  # noqa: ANN401
        self._interpreter = interpreter
        self._run = LitertSourceRun(interpreter, where)
        self._places = _places(interpreter, names)

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the activations as the file stores them, images NCHW."""
        self._run(feeds)
        return {name: self._read(place) for name, place in self._places.items()}

    def _read(self, place: int) -> NDArray[Any]:
        return channels_first(self._interpreter.get_tensor(place))


def _interpreter(file: Path, threads: int, **options: object) -> Any:  # noqa: ANN401
    content = file.read_bytes()
    return new_interpreter(content, str(file), threads, **_kernels(content), **options)


def _kernels(content: bytes) -> Mapping[str, object]:
    """Return the option that selects a file's kernels; nothing if LiteRT refuses it anyway."""
    try:
        from ai_edge_litert.interpreter import OpResolverType

        types = [t.number(1, "b") for t in FlatTable.root(content).tables(2)[0].tables(0)]
    except (ImportError, ValueError, IndexError):
        return {}
    is_quantized = any(number in _QUANTIZED for number in types)
    fast = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES
    return {"experimental_op_resolver_type": OpResolverType.BUILTIN_REF if is_quantized else fast}


def _places(interpreter: Any, names: Sequence[str]) -> Mapping[str, int]:  # noqa: ANN401
    """Return the index of the input, output or first tensor with each name."""
    border = (*interpreter.get_input_details(), *interpreter.get_output_details())
    known: dict[str, int] = {}
    for detail in (*border, *interpreter.get_tensor_details()):
        known.setdefault(detail["name"], int(detail["index"]))
    asked = {name: known.get(name, known.get(name.removesuffix(_INTEGERS))) for name in names}
    return MappingProxyType({name: place for name, place in asked.items() if place is not None})


EXECUTOR = LitertSourceExecutor()
