"""Quantization-aware training: from a float Graph and data to an integer Graph."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec

from compilers.quantize.choose import AUTO, choose
from compilers.quantize.prepare import Prepared, prepare
from compilers.quantize.qat.integer_start import starting_at
from zoo.contract import Contract
from zoo.errors import MissingToolError, QuantizeError
from zoo.graph import Graph
from zoo.plugs import Feeds, QuantizeOptions, Quantizer
from zoo.scheme import Scheme
from zoo.tool import install_extra

__all__ = ["QUANTIZER", "Qat"]

_TRAINED = ("zoo.bias_correction", "zoo.compensation")
"""What training starts from, and changes."""


class Qat(Quantizer):
    """Prepare as without training, train the placed graph, read it back.

    Training uses the options' `fit`, or distillation on the calibration samples. With calibrator
    'auto' it starts from the best integers without training.
    """

    name = "qat"

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
        """Return the integer Graph of the contract's outputs; others only help in training.

        calibration: batches by input name, float32, pre-processed by the contract.
        Raises ToolchainError if PyTorch is missing, and QuantizeError as without training, or
        naming a node with an op that cannot be trained.
        """
        if find_spec("torch") is None:
            raise MissingToolError(
                f"quantization-aware training needs PyTorch: {install_extra('train')}; "
                "--quant ptq does without"
            )
        from compilers.quantize.qat.train import train

        outputs = _deployed(graph, contract)
        samples = list(calibration)
        start, chosen = self._start(graph, scheme, samples, contract, options)
        trained = train(start, samples, outputs, options)
        record = {
            **start.record,
            "zoo.quantizer": self.name,
            **chosen,
            "zoo.training": "distillation" if options.fit is None else "recipe",
            "zoo.seed": str(options.seed),
            **({} if options.epochs is None else {"zoo.epochs": str(options.epochs)}),
        }
        return replace(trained, metadata={**graph.metadata, **record, **trained.metadata})

    def _start(
        self,
        graph: Graph,
        scheme: Scheme,
        samples: Sequence[Feeds],
        contract: Contract,
        options: QuantizeOptions,
    ) -> tuple[Prepared, Mapping[str, str]]:
        """Return the starting point of training, and metadata about its calibrator."""
        if options.calibrator != AUTO:
            start = prepare(graph, scheme, samples, contract, options.calibrator, self.threads)
            return start, {"zoo.calibrator": options.calibrator}
        best = choose(graph, scheme, samples, contract, options, self.threads)
        start = starting_at(best.start, best.graph) if best.tried[0].compensation else best.start
        return start, {k: v for k, v in best.record.items() if k not in _TRAINED}


def _deployed(graph: Graph, contract: Contract) -> list[str]:
    named = [spec.name for spec in contract.outputs]
    missing = [name for name in named if name not in graph.outputs]
    if missing:
        raise QuantizeError(
            f"graph '{graph.name}': the contract's output '{missing[0]}' is not one of its outputs "
            f"{', '.join(graph.outputs)}; name the contract's outputs as the network does"
        )
    return named


QUANTIZER = Qat()
