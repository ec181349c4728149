"""The first step of every proof: the float hub computes the same as the user's own file.

It covers all changes of an import: opset, types, order, batch, simplification.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from zoo import registry
from zoo.artifact import Exactness, float_requantization
from zoo.contract import Contract
from zoo.data.processing import loudest, preprocess_batch
from zoo.data.source_feeds import source_constants, source_feeds
from zoo.errors import HubError, ImportProofError
from zoo.graph import Graph
from zoo.plugs import Feeds, Importer
from zoo.proof.certificate import Check
from zoo.proof.comparison import Outputs, compare, judging, least_units, output_scales
from zoo.proof.op_proof import prove_ops
from zoo.step import Signal
from zoo.user_file import find_importer

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SOURCE_STEP", "check_source", "demand_same", "own_noise", "random_inputs"]

SOURCE_STEP = "user's file -> float hub"

_SAMPLES = 4
_NOISY, _OF_NOISE = 0.5, 10
"""A change of the file's own outputs above half the bound explains ten times itself."""
_TINY = 1e-30
_NOISE_S = 3
_PICTURE_AXES = 3
_FLOAT = Exactness(
    1e-4, "relative", "float32 sums in another order; measured differences are below 1e-5"
)
_HALF = Exactness(1e-2, "relative", "the file computes in float16, the hub in float32")


def random_inputs(contract: Contract) -> "NDArray[np.float32]":
    """Return [N, C, H, W], uniform between the values of black and white, the same everywhere.

    For signals, uniform between those of silence and of the loudest noise.

    They cover values that pictures may not reach, such as the dead zone of a rectifier. They are
    whole numbers where the file takes uint8.
    """
    _, ends = preprocess_batch(contract, ((source, None) for source in _extremes(contract)))
    low, high = ends.min(axis=0), ends.max(axis=0)
    parts = np.random.Generator(np.random.PCG64(0)).random((_SAMPLES, *low.shape), np.float32)
    values: NDArray[np.float32] = low + parts * (high - low)
    return np.rint(values) if contract.dtype == "uint8" else values


def _extremes(contract: Contract) -> "Sequence[NDArray[np.uint8] | Signal]":
    """Return a black and a white picture, or silence and the loudest noise."""
    spec = contract.signal
    if spec is None:
        return [np.full((256, 256, 3), level, np.uint8) for level in (0, 255)]
    noise = loudest(spec, _NOISE_S)
    both = (noise, replace(noise, samples=-noise.samples))
    return [replace(noise, samples=0 * noise.samples), *both]


def check_source(source: Path, float_hub: Path, feeds: Feeds, contract: Contract) -> Check:
    """Return the comparison of the file, in its own runtime, with the hub in ONNX Runtime.

    Neither is optimised. For a quantized file, its runtime's integers are compared with the hub's
    op by op, if it exposes all of them.
    feeds: inputs of the hub by name, [N, ...].  contract: says how the file takes them. Raises
    HubError if the runtime cannot run the user's file, ToolchainError if it is missing,
    VerifyError if an output is absent, has another number of values, or is NaN.
    """
    importer = find_importer(source)
    own = registry.load("executor", importer.executor).load(source.parent, source.name)
    hub = registry.load("executor", "onnxruntime-unoptimized").load(
        float_hub.parent, float_hub.name
    )
    graph: Graph = registry.load("format", "onnx").read(float_hub.read_bytes(), str(float_hub))
    if _shares_values(contract, importer):
        alone = _each_op(importer, source, graph, feeds, contract)
        if alone is not None:
            return alone
    scales = output_scales(graph)
    if graph.outputs and set(scales) == set(graph.outputs):
        exactness = float_requantization(graph)
    else:
        exactness = _HALF if own.is_half else _FLOAT
    outputs = own(source_feeds(contract, feeds), source_constants(contract))
    _demand_numbers(source, outputs)
    expected, found = _samples(outputs), _samples(hub(feeds))
    judged, spread = judging(exactness, graph), exactness.bound
    least = least_units(graph)
    return compare(
        SOURCE_STEP, list(expected), list(found), judged, scales, spread=spread, least=least
    )


def _shares_values(contract: Contract, importer: Importer) -> bool:
    """Whether the file's inputs and activations are those of the hub, apart from their layout."""
    is_laid = contract.layout == importer.layout or len(contract.input.shape) != _PICTURE_AXES
    return is_laid and (contract.dtype, contract.constants) == ("float32", ())


def _demand_numbers(source: Path, outputs: Outputs) -> None:
    """Raise VerifyError if a user's file itself returns NaN."""
    for name, values in outputs.items():
        if np.isnan(values).any():
            raise ImportProofError(
                f"{source}: its output '{name}' is NaN for some inputs between black and white, in "
                "its own runtime, too; such an output cannot be proven: look for a division by 0, "
                "or for a root or logarithm of negative numbers"
            )


def _each_op(
    importer: Importer, source: Path, graph: Graph, feeds: Feeds, contract: Contract
) -> Check | None:
    """Return the check of each op on its own; None for float networks, or if unavailable."""
    if not graph.is_quantized:
        return None
    count = len(next(iter(feeds.values())))
    samples = [{k: v[index : index + 1] for k, v in feeds.items()} for index in range(count)]
    try:
        return prove_ops(
            SOURCE_STEP,
            importer.inspector,
            source,
            graph,
            samples,
            own_form=partial(source_feeds, contract),
            tie_steps=importer.tie_steps,
        )
    except HubError:  # a fixed batch, or external weights
        return None


def own_noise(source: Path, feeds: Feeds, contract: Contract) -> tuple[str, float]:
    """Return the file's output that a step of float32 in its inputs changes most, and how much.

    Relative to the output's largest number; ('', 0.0) if nothing changes.
    """
    own = registry.load("executor", find_importer(source).executor).load(source.parent, source.name)
    constants = source_constants(contract)
    given = source_feeds(contract, feeds)
    above = {
        name: np.nextafter(values, np.float32(np.inf)) if values.dtype == np.float32 else values
        for name, values in given.items()
    }
    before, after = own(given, constants), own(above, constants)
    changes = {
        name: float(np.abs(after[name] - values).max() / max(float(np.abs(values).max()), _TINY))
        for name, values in before.items()
        if values.size
    }
    worst = max(changes, key=lambda name: changes[name], default="")
    return (worst, changes[worst]) if worst and changes[worst] > 0 else ("", 0.0)


def demand_same(check: Check, source: Path, noise: tuple[str, float] = ("", 0.0)) -> None:
    """Raise VerifyError if the imported network differs. noise: result of `own_noise`."""
    if check.holds:
        return
    found = f"{check.largest:g} {check.unit}, allowed: {check.allowed}"
    output, change = noise
    if change > (check.bound or 0.0) * _NOISY and check.largest < change * _OF_NOISE:
        raise ImportProofError(
            f"{source}: its import cannot be proven, since its output '{output}' changes by "
            f"{change:g} of its largest number if the inputs change by one step of float32; the "
            f"imported network differs by {found}; drop that output, or train the network so "
            "that its numbers do not cancel out"
        )
    raise ImportProofError(
        f"{source}: the imported network differs from the file by {found}; report the file, "
        "because its import is wrong, and export or convert it again"
    )


def _samples(outputs: Outputs) -> Iterator[Outputs]:
    """Yield the outputs of each sample, flat."""
    for index in range(len(next(iter(outputs.values())))):
        yield {name: values[index].reshape(-1) for name, values in outputs.items()}
