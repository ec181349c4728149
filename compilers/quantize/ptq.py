"""Post-training quantization: from a float Graph and some samples to an integer Graph."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from compilers.quantize.activations import fit_activations
from compilers.quantize.calibrate import Calibration, calibrate
from compilers.quantize.correct_bias import correct_biases
from compilers.quantize.equalize import equalize
from compilers.quantize.place import place
from compilers.quantize.shifts import coarsen_outputs
from compilers.quantize.weighted import own_parameters
from zoo.contract import Contract
from zoo.errors import QuantizeError
from zoo.graph import Graph
from zoo.plugs import Feeds, QuantizeOptions
from zoo.scheme import Scheme

__all__ = ["QUANTIZER", "Ptq"]

_CORRECTION_SAMPLES = 64
"""Bias correction compares the same samples, float and quantized, so that few are enough."""


class Ptq:
    """Equalise, calibrate, fit scales, place, correct biases; on as many threads as told."""

    name = "ptq"

    def __init__(self, threads: int = 2) -> None:
        self.threads = threads

    def quantize(
        self,
        graph: Graph,
        scheme: Scheme,
        calibration: Iterable[Feeds],
        contract: Contract,
        options: QuantizeOptions,
    ) -> Graph:
        """Return the integer Graph, the same for the same samples whatever batches they come in.

        calibration: batches by input name, float32, pre-processed as the contract says.
        Raises QuantizeError for a graph that is quantized already, wrong or no samples, values
        that are not finite, and naming node and op where the scheme cannot be applied.
        """
        _check_float(graph)
        prepared = own_parameters(graph)
        if scheme.equalize:
            prepared = equalize(prepared)
        seen = calibrate(prepared, calibration, _CORRECTION_SAMPLES, self.threads)
        grids = fit_activations(prepared, seen.histograms, scheme, contract, options.calibrator)
        grids = coarsen_outputs(prepared, grids, scheme)
        placed = place(prepared, grids, scheme)
        if options.correct_bias:
            placed = correct_biases(prepared, placed, seen.first, self.threads)
        return replace(placed, metadata={**graph.metadata, **_record(scheme, seen, options)})


def _check_float(graph: Graph) -> None:
    if graph.is_quantized:
        raise QuantizeError(
            f"graph '{graph.name}' is quantized already (scheme "
            f"'{graph.metadata.get('zoo.scheme', 'unknown')}'); start from its float form"
        )


def _record(scheme: Scheme, seen: Calibration, options: QuantizeOptions) -> Mapping[str, str]:
    return {
        "zoo.scheme": scheme.name,
        "zoo.quantizer": "ptq",
        "zoo.calibrator": options.calibrator,
        "zoo.bias_correction": "yes" if options.correct_bias else "no",
        "zoo.calibration_count": str(seen.count),
        "zoo.calibration_sha256": seen.digest,
    }


QUANTIZER = Ptq()
