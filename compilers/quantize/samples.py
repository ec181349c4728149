"""Calibration inputs: checked, batched to limit memory, and hashed."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.errors import QuantizeError, suggest
from zoo.graph import Graph
from zoo.plugs import Feeds

__all__ = ["SampleDigest", "small_batches"]

_BATCH = 8

Batch = Mapping[str, NDArray[np.float32]]


def small_batches(graph: Graph, calibration: Iterable[Feeds]) -> Iterator[Batch]:
    """Yield the samples in batches of the graph's size, or of _BATCH.

    The batches do not depend on how the samples arrive; the last one may be smaller.
    Raises QuantizeError naming the input if names, shapes or types are wrong, and if there are no
    samples.
    """
    own = graph.tensors[graph.inputs[0]].shape[0]
    size = own if isinstance(own, int) else _BATCH
    count, rest = 0, _nothing(graph)
    for feeds in calibration:
        count += _check(graph, feeds)
        waiting = {name: np.concatenate([rest[name], feeds[name]]) for name in graph.inputs}
        full = _count(waiting) // size * size
        for start in range(0, full, size):
            yield _slice(waiting, start, start + size)
        rest = _slice(waiting, full, None)
    if count == 0:
        raise QuantizeError(
            f"graph '{graph.name}': there is no calibration sample; give at least one, "
            "preferably a few hundred that are typical of what the network will see"
        )
    if isinstance(own, int) and count % own:
        raise QuantizeError(
            f"graph '{graph.name}': {count} calibration samples; the network has a fixed batch "
            f"of {own}: give a multiple of it, or export with a symbolic batch"
        )
    if _count(rest):
        yield rest


class SampleDigest:
    """SHA-256 over samples, independent of batches."""

    def __init__(self) -> None:
        self._inputs: dict[str, Any] = {}

    def update(self, batch: Batch) -> None:
        """Add the samples of a batch."""
        for name, array in batch.items():
            digest = self._inputs.setdefault(name, hashlib.sha256(str(array.shape[1:]).encode()))
            digest.update(np.ascontiguousarray(array).tobytes())

    def hexdigest(self) -> str:
        """Return the digest of all samples so far."""
        parts = [f"{name} {digest.hexdigest()}" for name, digest in sorted(self._inputs.items())]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _check(graph: Graph, feeds: Feeds) -> int:
    """Return the number of samples."""
    for name in feeds:
        if name not in graph.inputs:
            raise QuantizeError(
                f"graph '{graph.name}': calibration input '{name}' is not an input of the "
                f"network{suggest(name, graph.inputs)}"
            )
    counts = set()
    for name in graph.inputs:
        if name not in feeds:
            raise QuantizeError(f"graph '{graph.name}': calibration lacks the input '{name}'")
        array, shape = feeds[name], graph.tensors[name].shape[1:]
        if array.dtype != np.float32 or array.shape[1:] != shape:
            raise QuantizeError(
                f"graph '{graph.name}': calibration input '{name}' is {array.dtype} of shape "
                f"{list(array.shape)}; expected float32 of shape {['N', *shape]}"
            )
        counts.add(len(array))
    if len(counts) != 1:
        raise QuantizeError(
            f"graph '{graph.name}': calibration inputs have different numbers of samples: "
            f"{sorted(counts)}"
        )
    return counts.pop()


def _nothing(graph: Graph) -> Batch:
    shapes = {name: graph.tensors[name].shape[1:] for name in graph.inputs}
    return {name: np.empty((0, *map(int, shape)), np.float32) for name, shape in shapes.items()}


def _slice(batch: Batch, start: int, stop: int | None) -> Batch:
    return {name: array[start:stop] for name, array in batch.items()}


def _count(batch: Batch) -> int:
    return len(next(iter(batch.values())))
