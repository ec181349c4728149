"""The start of every quantization: the prepared float graph, and its activations' grids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from compilers.quantize.activations import fit_activations, known_activations
from compilers.quantize.bound_masks import bound_masks, finite_masks
from compilers.quantize.calibrate import Calibration, calibrate
from compilers.quantize.chip_numbers import choose_reciprocals, choose_slopes
from compilers.quantize.compositions import compose
from compilers.quantize.equalize import equalize
from compilers.quantize.guard_domains import guard_domains
from compilers.quantize.separate import separate
from compilers.quantize.shifts import coarsen_outputs
from compilers.quantize.weighted import own_parameters
from zoo.contract import Contract
from zoo.errors import QuantizeError, suggest
from zoo.graph import Graph, Quantization
from zoo.plugs import Feeds
from zoo.scheme import Scheme

__all__ = ["KEPT", "Prepared", "fit_grids", "made_ready", "prepare"]

KEPT = 64
"""Samples for bias correction: it compares the same ones twice, so few are enough."""


@dataclass(frozen=True)
class Prepared:
    """A calibrated float graph.

    grids: of all activations by name.  known: names of those with a grid independent of samples.
    """

    graph: Graph
    scheme: Scheme
    seen: Calibration
    grids: Mapping[str, Quantization]
    known: frozenset[str]

    @property
    def record(self) -> Mapping[str, str]:
        """Metadata of every quantization."""
        return {
            **self.scheme.record,
            "zoo.calibration_count": str(self.seen.count),
            "zoo.calibration_sha256": self.seen.digest,
        }


def prepare(
    graph: Graph,
    scheme: Scheme,
    calibration: Iterable[Feeds],
    contract: Contract,
    calibrator: str,
    threads: int,
) -> Prepared:
    """Equalise if the scheme requires it, calibrate, and fit the activations' grids.

    Raises QuantizeError for an already quantized graph, wrong or no samples, and non-finite values.
    """
    ready = made_ready(graph, scheme)
    if scheme.equalize:
        ready = equalize(ready).graph
    seen = calibrate(ready, calibration, KEPT, threads)
    return fit_grids(ready, scheme, seen, contract, calibrator)


def made_ready(graph: Graph, scheme: Scheme) -> Graph:
    """Return the float graph of the chip's ops, with separate parameters for each node, and the
    chip's means and slopes.

    Raises QuantizeError for an already quantized graph, and for an override that matches nothing.
    """
    _check_float(graph)
    _check_overrides(graph, scheme)
    own = own_parameters(compose(finite_masks(graph), scheme))
    return choose_slopes(choose_reciprocals(own, scheme), scheme)


def fit_grids(
    graph: Graph, scheme: Scheme, seen: Calibration, contract: Contract, calibrator: str
) -> Prepared:
    """Fit the grids of a prepared graph to its calibration."""
    known = known_activations(graph, seen.histograms, scheme, contract)
    graph, histograms = separate(graph, seen.histograms, known, scheme, calibrator)
    grids = fit_activations(graph, histograms, scheme, contract, calibrator)
    # Last, since it depends on weights and activations together.
    grids = coarsen_outputs(graph, grids, scheme)
    graph, grids = bound_masks(graph, histograms, grids, scheme)
    graph, grids = guard_domains(graph, grids)
    kept = frozenset(name for name, grid in known.items() if grids[name] == grid)
    return Prepared(graph, scheme, replace(seen, histograms=histograms), grids, kept)


def _check_float(graph: Graph) -> None:
    if graph.is_quantized:
        raise QuantizeError(
            f"graph '{graph.name}' is already quantized (scheme "
            f"'{graph.metadata.get('zoo.scheme', 'unknown')}'); start from its float form"
        )


def _check_overrides(graph: Graph, scheme: Scheme) -> None:
    names = [*(node.name for node in graph.nodes), *graph.tensors]
    for override in scheme.overrides:
        if not override.matches(*names):
            raise QuantizeError(
                f"graph '{graph.name}': scheme '{scheme.name}' overrides '{override.pattern}', "
                f"which no node or tensor is called{suggest(override.pattern, names)}"
            )
