"""What every quantization starts from: the float graph made ready, and grids of its activations."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from compilers.quantize.activations import fit_activations, known_activations
from compilers.quantize.calibrate import Calibration, calibrate
from compilers.quantize.equalize import equalize
from compilers.quantize.means import choose_reciprocals
from compilers.quantize.shifts import coarsen_outputs
from compilers.quantize.weighted import own_parameters
from zoo.contract import Contract
from zoo.errors import QuantizeError
from zoo.graph import Graph, Quantization
from zoo.plugs import Feeds
from zoo.scheme import Scheme

__all__ = ["Prepared", "prepare"]

_KEPT = 64
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
            "zoo.scheme": self.scheme.name,
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

    Raises QuantizeError for a graph that is quantized already, wrong or no samples, and values
    that are not finite.
    """
    _check_float(graph)
    graph = choose_reciprocals(own_parameters(graph), scheme)
    if scheme.equalize:
        graph = equalize(graph)
    seen = calibrate(graph, calibration, _KEPT, threads)
    known = known_activations(graph, seen.histograms, scheme, contract)
    grids = fit_activations(graph, seen.histograms, scheme, contract, calibrator)
    # Last, since it looks at weights and activations together.
    grids = coarsen_outputs(graph, grids, scheme)
    return Prepared(graph, scheme, seen, grids, frozenset(known))


def _check_float(graph: Graph) -> None:
    if graph.is_quantized:
        raise QuantizeError(
            f"graph '{graph.name}' is quantized already (scheme "
            f"'{graph.metadata.get('zoo.scheme', 'unknown')}'); start from its float form"
        )
