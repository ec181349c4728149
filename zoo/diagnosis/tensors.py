"""What rounding does to each activation of a network, seen on pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, log2, log10

import numpy as np
from numpy.typing import NDArray

from zoo.diagnosis.real_form import RAW, Part, RealForm
from zoo.diagnosis.runner import Runner
from zoo.graph import Quantization, quantization_of

__all__ = ["PictureStatistics", "TensorFacts", "observe_tensors", "picture_statistics"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TensorFacts:
    """One activation in the integer network and in the float one.

    signal_to_noise_db: of all rounding up to here, 10 log10(sum f^2 / sum (y - f)^2) with the float
    network's values f and the integer one's y.
    clipped_share: values outside of the grid.  clipped_noise: their part of the error that the
    rounding of this tensor adds.
    bits: of the grid.  used_bits: log2 of the integers between the least and the largest one seen.
    channel_ratio: range of the widest channel over that of the median one.  widest: its index.
    dead: channels that are the same in all places of all pictures, in the float network.
    """

    node: str
    tensor: str
    signal_to_noise_db: float
    clipped_share: float
    clipped_noise: float
    bits: int
    used_bits: float
    channels: int
    channel_ratio: float
    widest: int
    dead: tuple[int, ...]


@dataclass(eq=False)
class _Sums:
    """What is added up over pictures. low, high: of each channel in the float network, [C]."""

    signal: float = 0.0
    noise: float = 0.0
    clipped: int = 0
    count: int = 0
    clipped_error: float = 0.0
    error: float = 0.0
    least: float = inf
    largest: float = -inf
    low: Array | None = None
    high: Array | None = None


def observe_tensors(form: RealForm, runner: Runner) -> tuple[TensorFacts, ...]:
    """Return the facts of every activation that is rounded on its own, in execution order."""
    parts = [part for part in form.parts if part.kind == "values"]
    names = [part.tensors[0] for part in parts]
    sums = {name: _Sums() for name in names}
    rounded = runner.batches(form.graph(form.parts), [*names, *(f"{name}{RAW}" for name in names)])
    for found, wanted in zip(rounded, runner.batches(form.graph(()), names), strict=True):
        for name in names:
            grid = quantization_of(form.integers.tensors[name])
            _add(sums[name], grid, found[f"{name}{RAW}"], found[name], wanted[name])
    return tuple(_facts(form, part, sums[part.tensors[0]]) for part in parts)


def _add(
    sums: _Sums,
    grid: Quantization,
    raw: NDArray[np.float32],
    found: NDArray[np.float32],
    wanted: NDArray[np.float32],
) -> None:
    scale, zero = grid.scale[0], grid.zero_point[0]
    low, high = (grid.qmin - zero) * scale, (grid.qmax - zero) * scale
    outside = (raw < low - scale / 2) | (raw > high + scale / 2)
    error = np.square(raw - found, dtype=np.float64)
    sums.signal += float(np.square(wanted, dtype=np.float64).sum())
    sums.noise += float(np.square(found - wanted, dtype=np.float64).sum())
    sums.clipped += int(np.count_nonzero(outside))
    sums.count += raw.size
    sums.clipped_error += float(error[outside].sum())
    sums.error += float(error.sum())
    sums.least = min(sums.least, float(found.min()))
    sums.largest = max(sums.largest, float(found.max()))
    flat = _by_channel(wanted)
    low_c, high_c = flat.min(axis=(0, 2)), flat.max(axis=(0, 2))
    sums.low = low_c if sums.low is None else np.minimum(sums.low, low_c)
    sums.high = high_c if sums.high is None else np.maximum(sums.high, high_c)


def _by_channel(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return [N, C, ...] as [N, C, rest]; values without channels have one."""
    if values.ndim < 3:
        return values.reshape(len(values), 1, -1)
    return values.reshape(*values.shape[:2], -1)


def _facts(form: RealForm, part: Part, sums: _Sums) -> TensorFacts:
    name = part.tensors[0]
    grid = quantization_of(form.integers.tensors[name])
    assert sums.low is not None
    assert sums.high is not None
    ranges = sums.high - sums.low
    median = float(np.median(ranges[ranges > 0])) if (ranges > 0).any() else 0.0
    levels = (sums.largest - sums.least) / grid.scale[0] + 1
    is_computed = any(p.kind == "weights" and p.node == part.node for p in form.parts)
    dead = np.flatnonzero(ranges == 0) if is_computed and len(ranges) > 1 else np.zeros(0, int)
    return TensorFacts(
        node=part.node,
        tensor=name,
        signal_to_noise_db=_decibels(sums.signal, sums.noise),
        clipped_share=sums.clipped / sums.count,
        clipped_noise=sums.clipped_error / sums.error if sums.error else 0.0,
        bits=grid.bits,
        used_bits=float(f"{log2(levels):.3g}"),
        channels=len(ranges),
        channel_ratio=float(f"{ranges.max() / median:.4g}") if median else 1.0,
        widest=int(ranges.argmax()),
        dead=tuple(int(index) for index in dead),
    )


def _decibels(signal: float, noise: float) -> float:
    """Return the ratio in decibels, at most 200."""
    if noise <= signal * 1e-20:
        return 200.0
    return float(f"{10 * log10(signal / noise):.4g}") if signal else 0.0


@dataclass(frozen=True, eq=False)
class PictureStatistics:
    """Numbers of each picture, [N] each, by tensor: of all values of that tensor."""

    mean: Mapping[str, Array]
    deviation: Mapping[str, Array]
    low: Mapping[str, Array]
    high: Mapping[str, Array]


def picture_statistics(form: RealForm, runner: Runner, names: Sequence[str]) -> PictureStatistics:
    """Return the statistics of the float network's activations."""
    found: dict[str, list[Array]] = {name: [] for name in names}
    for batch in runner.batches(form.graph(()), names):
        for name in names:
            flat = batch[name].reshape(len(batch[name]), -1).astype(np.float64)
            ends = flat.mean(axis=1), flat.std(axis=1), flat.min(axis=1), flat.max(axis=1)
            found[name].append(np.stack(ends))
    joined = {name: np.concatenate(parts, axis=1) for name, parts in found.items()}
    rows = [{name: array[index] for name, array in joined.items()} for index in range(4)]
    return PictureStatistics(*rows)
