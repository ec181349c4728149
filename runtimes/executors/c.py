"""Compiles generated C for this machine and runs it."""

import ctypes
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from runtimes.c_compiler import compile_library
from runtimes.peak import measured_peak
from zoo.c_program import prefix_of
from zoo.digest import digest_path
from zoo.errors import HubError, MissingToolError, RefusedError
from zoo.file_content import artifact_facts
from zoo.layout import CHANNELS_LAST, channels_first, channels_last, reordered
from zoo.plugs import Feeds, Peak, PeakMeter
from zoo.tool import Tool

__all__ = ["EXECUTOR", "CExecutor", "CRun"]

_COMPILERS = ("cc", "gcc", "clang")
_FLAGS = ("-std=c99", "-O3", "-fPIC")
_ARGUMENTS_MAX = 1024
"""Of ctypes (CTYPES_MAX_ARGCOUNT), with the memory of a part."""
_Arrays = Sequence[NDArray[Any]]


@dataclass(frozen=True)
class _Tensor:
    """An input or output. shape: in the network's order, without the batch."""

    name: str
    shape: tuple[int, ...]
    ctype: str
    scale: float
    zero_point: int
    rounding: str

    @property
    def dtype(self) -> "np.dtype[Any]":
        return np.dtype(self.ctype.removesuffix("_t"))

    def store(self, reals: NDArray[np.float32]) -> NDArray[Any]:
        """Return integers in the program's layout: [N, ...], images channels-last."""
        levels = reals / np.float32(self.scale)
        if self.rounding == "half_even":
            np.rint(levels, out=levels)
        else:
            np.floor(levels + np.float32(0.5), out=levels)
        # Small integers, so exact in float32.
        limits = np.iinfo(self.dtype)
        lowest, highest = limits.min - self.zero_point, limits.max - self.zero_point
        wider = np.dtype(np.int16 if self.dtype.itemsize == 1 else np.int32)
        integers: NDArray[Any] = levels.clip(lowest, highest, out=levels).astype(wider)
        integers += self.zero_point
        return np.ascontiguousarray(channels_last(integers.astype(self.dtype)))

    def empty(self, count: int) -> NDArray[Any]:
        """Return memory for the program's output integers of some samples."""
        return np.empty(reordered((count, *self.shape), CHANNELS_LAST), self.dtype)

    def read(self, integers: NDArray[Any]) -> NDArray[np.float32]:
        """Return the reals [N, ...] in the network's order."""
        levels = channels_first(integers).astype(np.int64) - self.zero_point
        return levels.astype(np.float32) * np.float32(self.scale)


class CExecutor(PeakMeter):
    """The host's C compiler."""

    name = "c"
    is_single = True
    tools = (Tool("C compiler", "program", _COMPILERS, "running generated C", "apt install gcc"),)

    def load(self, folder: Path, main: str, threads: int = 1) -> "CRun":  # noqa: ARG002
        """Return a function that runs the network described by `main`, on one thread.

        Raises ToolchainError if there is no compiler, or it fails, RefusedError for more inputs
        and outputs than can be handed over.
        """
        facts = artifact_facts(folder / main)
        _demand_callable(facts, str(folder / main))
        prefix = prefix_of(facts.get("part", ""))
        sources = sorted(folder.glob(f"{prefix}*.[ch]"))
        content = _library(tuple((file, digest_path(file)) for file in sources), _command())
        with TemporaryDirectory(prefix="zoo-c-") as place:
            library = Path(place) / "network.so"
            library.write_bytes(content)
            function = getattr(ctypes.CDLL(str(library)), f"{prefix}_run")
        if "part" in facts:
            function = partial(function, _arena(facts["arena_bytes"]))
        return CRun(partial(_bound, function), facts, str(folder / main))

    def peak(self) -> Peak | None:
        """Return what this processor can do with the instructions of the kernels' form."""
        return measured_peak(_command())


def _demand_callable(facts: Mapping[str, Any], where: str) -> None:
    count = len(facts["inputs"]) + len(facts["outputs"])
    if count >= _ARGUMENTS_MAX:
        raise RefusedError(
            f"{where}: the network has {count:,} inputs and outputs; its code can be called, and "
            f"so be proven, with fewer than {_ARGUMENTS_MAX:,}: join outputs, such as by Concat"
        )


def _bound(
    function: Callable[..., object], inputs: _Arrays, outputs: _Arrays
) -> Callable[[], None]:
    """Return the calls for all samples, with nothing left to prepare."""
    samples = [[a[i] for a in (*inputs, *outputs)] for i in range(len(inputs[0]))]
    calls = [
        partial(function, *(array.ctypes.data_as(ctypes.c_void_p) for array in arrays))
        for arrays in samples
    ]

    def run() -> None:
        for call in calls:
            call()

    return run


@dataclass(frozen=True)
class _Stored:
    """What computes a run's outputs, arrays as in the program."""

    run: Callable[[], None]
    outputs: _Arrays


class CRun:
    """A network's code, loaded.

    bind: returns what computes output integers in place from input integers, arrays [N, ...] as in
    the program.
    facts: of the network's JSON file.
    """

    def __init__(
        self,
        bind: Callable[[_Arrays, _Arrays], Callable[[], None]],
        facts: Mapping[str, Any],
        where: str,
    ) -> None:
        self._bind, self._where = bind, where
        self._inputs, self._outputs = _tensors(facts["inputs"]), _tensors(facts["outputs"])

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the outputs by name. feeds: inputs by name, float32, batch first.

        Raises HubError for an input that is missing or has the wrong shape.
        """
        return self.read(self.invoke(self.store(feeds)))

    def store(self, feeds: Feeds) -> _Stored:
        """Return the integers, and the calls of the code, as `zoo.plugs.BareRun`."""
        stored = [tensor.store(self._feed(tensor, feeds)) for tensor in self._inputs]
        results = [tensor.empty(len(stored[0])) for tensor in self._outputs]
        return _Stored(self._bind(stored, results), results)

    def invoke(self, stored: _Stored) -> _Arrays:
        """Return the output integers."""
        stored.run()
        return stored.outputs

    def read(self, found: _Arrays) -> dict[str, NDArray[Any]]:
        """Return the outputs by name."""
        return {t.name: t.read(array) for t, array in zip(self._outputs, found, strict=True)}

    def _feed(self, tensor: _Tensor, feeds: Feeds) -> NDArray[np.float32]:
        if tensor.name not in feeds:
            raise HubError(
                f"{self._where}: its input '{tensor.name}' is missing; given: "
                f"{', '.join(feeds) or 'nothing'}"
            )
        value = np.asarray(feeds[tensor.name], np.float32)
        if value.shape[1:] != tensor.shape:
            raise HubError(
                f"{self._where}: input '{tensor.name}' has shape {list(value.shape)}, expected "
                f"['N', {', '.join(map(str, tensor.shape))}]"
            )
        return value


def _tensors(facts: Sequence[Mapping[str, Any]]) -> tuple[_Tensor, ...]:
    return tuple(
        _Tensor(
            name=fact["name"],
            shape=tuple(fact["shape"]),
            ctype=fact["ctype"],
            scale=fact["scale"],
            zero_point=fact["zero_point"],
            rounding=fact["rounding"],
        )
        for fact in facts
    )


def _arena(size_bytes: int) -> "ctypes.Array[ctypes.c_int32]":
    """Return the memory that the caller of a part of a program provides."""
    return (ctypes.c_int32 * -(-size_bytes // ctypes.sizeof(ctypes.c_int32)))()


def _command() -> tuple[str, ...]:
    """Return the compiler and its options."""
    found = next(filter(shutil.which, _COMPILERS), "")
    compiler = os.environ.get("CC", "").split() or found.split()
    if not compiler:
        raise MissingToolError(
            f"running generated C needs a C compiler ({', '.join(_COMPILERS)}) on the PATH; "
            "apt install gcc"
        )
    return (*compiler, *_FLAGS)


@lru_cache(maxsize=4)
def _library(sources: tuple[tuple[Path, str], ...], command: tuple[str, ...]) -> bytes:
    """Return the library of C files; cached because a proof loads a network several times.

    sources: files and headers, with their digests.
    """
    with TemporaryDirectory(prefix="zoo-c-") as place:
        library = Path(place) / "network.so"
        compile_library(command, [file for file, _ in sources if file.suffix == ".c"], library)
        return library.read_bytes()


EXECUTOR = CExecutor()
