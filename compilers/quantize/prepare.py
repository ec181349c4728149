"""What every quantization starts from: the float graph made ready, and grids of its activations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from compilers.quantize.activations import fit_activations, known_activations
from compilers.quantize.calibrate import Calibration, calibrate
from compilers.quantize.equalize import equalize
from compilers.quantize.means import choose_reciprocals
from compilers.quantize.separate import separate
from compilers.quantize.shifts import coarsen_outputs
from compilers.quantize.slopes import choose_slopes
from compilers.quantize.weighted import own_parameters
from zoo.contract import Contract
from zoo.errors import QuantizeError, suggest
from zoo.graph import Graph, Quantization
from zoo.plugs import Feeds
from zoo.scheme import Scheme

__all__ = ["KEPT", "Prepared", "fit_grids", "made_ready", "prepare"]

KEPT = 64
"""Bias correction compares the same samples, float and quantized, so that few are enough."""


@dataclass(frozen=True)
class Prepared:
    """A calibrated float graph.

    grids: of all activations by name.  known: names of those whose grid no samples decide.
    """

    graph: Graph
    scheme: Scheme
    seen: Calibration
    grids: Mapping[str, Quantization]
    known: frozenset[str]

    @property
    def record(self) -> Mapping[str, str]:
        """The metadata that any quantization leaves."""
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
    """Equalise where the scheme says so, calibrate, and fit the activations' grids.

    Raises QuantizeError for a graph that is already quantized, wrong or no samples, and values
    that are not finite.
    """
    ready = made_ready(graph, scheme)
    if scheme.equalize:
        ready = equalize(ready)
    seen = calibrate(ready, calibration, KEPT, threads)
    return fit_grids(ready, scheme, seen, contract, calibrator)


def made_ready(graph: Graph, scheme: Scheme) -> Graph:
    """Return the float graph with parameters of its own for each node, the chip's means and slopes.

    Raises QuantizeError for a graph that is already quantized, and for an override of nothing.
    """
    _check_float(graph)
    _check_overrides(graph, scheme)
    return choose_slopes(choose_reciprocals(own_parameters(graph), scheme), scheme)


def fit_grids(
    graph: Graph, scheme: Scheme, seen: Calibration, contract: Contract, calibrator: str
) -> Prepared:
    """Fit the grids of a graph that is ready, by what calibration saw of it."""
    known = known_activations(graph, seen.histograms, scheme, contract)
    graph, histograms = separate(graph, seen.histograms, known, scheme, calibrator)
    grids = fit_activations(graph, histograms, scheme, contract, calibrator)
    # Last, since it looks at weights and activations together.
    grids = coarsen_outputs(graph, grids, scheme)
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
