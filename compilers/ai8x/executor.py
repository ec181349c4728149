"""Runs the accelerator's network on this machine, from the files of ai8xize.py alone.

It shares nothing with the lowering. Integers as in ai8x-synthesis: with s = output_shift + 8 -
weight_bits,

acc = sum(x * w) + 128 * floor(bias / 2**(weight_bits - 1))
y = clip(floor(acc * 2**s / 128 + 0.5), -128, 127), or acc itself with an output_width of 32
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from compilers.ai8x.checkpoint import read_checkpoint
from compilers.ai8x.files import CHECKPOINT, NETWORK
from compilers.ai8x.network_yaml import Fields, read_network
from zoo.errors import ArtifactError
from zoo.file_content import artifact_facts, file_content
from zoo.plugs import Executor, Feeds

__all__ = ["EXECUTOR", "Ai8xExecutor", "Ai8xRun"]

_BROKEN = (ArithmeticError, LookupError, TypeError, ValueError)

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class _Layer:
    """fields: of the description.  weight, bias: integers.  exponent: s above."""

    fields: Fields
    weight: Integers
    bias: Integers
    exponent: int

    def run(self, x: Integers) -> Integers:
        """Return the outputs [N, K, H, W] or [N, K] of [N, C, H, W] or [N, C]."""
        if "max_pool" in self.fields:
            x = _pooled(x, int(self.fields["max_pool"]))
        if self.fields["op"] == "mlp":
            acc = x.reshape(len(x), -1) @ self.weight.T + 128 * self.bias
        else:
            acc = _convolved(x, self.weight, int(self.fields["pad"]))
            acc += 128 * self.bias[:, None, None]
        if self.fields.get("output_width") == "32":
            return acc
        low = 0 if self.fields["activate"] == "ReLU" else -128
        right = 7 - self.exponent
        # floor(acc / 2**right + 0.5) without fractions.
        doubled = acc << 1 - right if right < 1 else acc >> right - 1
        rounded: Integers = (doubled + 1) >> 1
        return rounded.clip(low, 127)


class Ai8xExecutor(Executor):
    """Numpy."""

    name = "ai8x"
    stand_in = "simulated accelerator"
    other_forms: Mapping[str, str] = MappingProxyType(
        {"C on an emulated Cortex-M4F": "c-cortex-m4"}
    )

    def load(self, folder: Path, main: str, threads: int = 1) -> "Ai8xRun":  # noqa: ARG002
        """Return a function that runs the network; `main` names its input and output.

        threads: as numpy is configured.  Raises ArtifactError for damaged files.
        """
        facts = artifact_facts(folder / main)
        checkpoint, network = folder / CHECKPOINT, folder / NETWORK
        _, tensors = read_checkpoint(file_content(checkpoint, ArtifactError), str(checkpoint))
        _, fields = read_network(file_content(network, ArtifactError), str(network))
        try:
            return Ai8xRun(_layers(tensors, fields), facts, str(folder))
        except _BROKEN as error:
            raise ArtifactError(
                f"{folder}: checkpoint and network do not match ({error}); build it again"
            ) from error


class Ai8xRun:
    """A loaded network."""

    def __init__(self, layers: tuple[_Layer, ...], facts: Mapping[str, Any], where: str) -> None:
        (self._input,), (self._output,) = facts["inputs"], facts["outputs"]
        self._layers, self._where = layers, where

    def __call__(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """Return the output by name. feeds: the input by name, float32, batch first, NCHW."""
        name, scale = self._input["name"], self._input["scale"]
        if name not in feeds or list(feeds[name].shape[1:]) != self._input["shape"]:
            found = {given: list(array.shape) for given, array in feeds.items()}
            raise ArtifactError(
                f"{self._where}: its input is '{name}', ['N', "
                f"{', '.join(map(str, self._input['shape']))}]; given: {found or 'nothing'}"
            )
        levels = np.floor(np.asarray(feeds[name], np.float32) / np.float32(scale) + 0.5)
        sums = self.run(levels.clip(-128, 127).astype(np.int64))
        reals = sums.astype(np.float32) * np.float32(self._output["scale"])
        return {self._output["name"]: reals}

    def run(self, x: Integers) -> Integers:
        """Return the output's integers of the input's, batch first."""
        try:
            for layer in self._layers:
                x = layer.run(x)
        except _BROKEN as error:
            raise ArtifactError(
                f"{self._where}: cannot be computed ({error}); build it again"
            ) from error
        return x


def _layers(
    tensors: Mapping[str, NDArray[np.float32]], fields: tuple[Fields, ...]
) -> tuple[_Layer, ...]:
    names = [name.removesuffix(".op.weight") for name in tensors if name.endswith(".op.weight")]
    return tuple(_layer(tensors, name, own) for name, own in zip(names, fields, strict=True))


def _layer(tensors: Mapping[str, NDArray[np.float32]], name: str, fields: Fields) -> _Layer:
    weight = tensors[f"{name}.op.weight"].astype(np.int64)
    bits, shift = (int(tensors[f"{name}.{key}"][0]) for key in ("weight_bits", "output_shift"))
    bias = np.zeros(len(weight), np.int64)
    if f"{name}.op.bias" in tensors:
        bias = np.floor(tensors[f"{name}.op.bias"] / 2 ** (bits - 1)).astype(np.int64)
    exponent = shift + 8 - bits
    if not -15 <= exponent <= 15:
        raise ValueError(f"layer {name} shifts by {exponent}; -15 to 15 are possible")
    return _Layer(fields, weight, bias, exponent)


def _pooled(x: Integers, side: int) -> Integers:
    count, channels, height, width = x.shape
    rows, columns = height // side, width // side
    kept = x[:, :, : rows * side, : columns * side]
    largest: Integers = kept.reshape(count, channels, rows, side, columns, side).max((3, 5))
    return largest


def _convolved(x: Integers, weight: Integers, pad: int) -> Integers:
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = sliding_window_view(padded, weight.shape[2:], (2, 3))
    sums: Integers = np.einsum("nchwij,kcij->nkhw", windows, weight, optimize=True)
    return sums


EXECUTOR = Ai8xExecutor()
