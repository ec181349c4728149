"""Post-training quantization: from a float Graph and samples to an integer Graph."""

from collections.abc import Iterable
from dataclasses import replace

from compilers.quantize.choose import AUTO, choose
from compilers.quantize.correct_bias import correct_biases
from compilers.quantize.place import place
from compilers.quantize.prepare import prepare
from zoo.contract import Contract
from zoo.graph import Graph
from zoo.plugs import Feeds, QuantizeOptions, Quantizer
from zoo.scheme import Scheme

__all__ = ["QUANTIZER", "Ptq"]


class Ptq(Quantizer):
    """Prepare, place and correct biases, with the best or a given calibrator."""

    name = "ptq"

    def __init__(self, threads: int = 1) -> None:
        self.threads = threads

    def quantize(
        self,
        graph: Graph,
        scheme: Scheme,
        calibration: Iterable[Feeds],
        contract: Contract,
        options: QuantizeOptions,
    ) -> Graph:
        """Return the integer Graph, independent of how samples are batched.

        calibration: batches by input name, float32, pre-processed by the contract.
        Raises QuantizeError for an already quantized graph, wrong or no samples, non-finite values,
        and naming node and op if the scheme cannot be applied.
        """
        if options.calibrator == AUTO:
            best = choose(graph, scheme, calibration, contract, options, self.threads)
            record = {**best.start.record, "zoo.quantizer": self.name, **best.record}
            return replace(best.graph, metadata={**graph.metadata, **record})
        start = prepare(graph, scheme, calibration, contract, options.calibrator, self.threads)
        placed = place(start.graph, start.grids, scheme)
        if options.correct_bias:
            placed = correct_biases(start.graph, placed, start.seen.first, self.threads)
        record = {
            **start.record,
            "zoo.quantizer": self.name,
            "zoo.calibrator": options.calibrator,
            "zoo.bias_correction": "yes" if options.correct_bias else "no",
        }
        return replace(placed, metadata={**graph.metadata, **record})


QUANTIZER = Ptq()
