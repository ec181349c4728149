"""Compares the integer Graph read back with the torch module."""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray

from compilers.op_by_op import judge_ops
from compilers.op_parts.arithmetic import quantize
from compilers.quantize.qat.fake_quantized import FakeQuantized
from compilers.reference import run_graph
from zoo.artifact import Exactness
from zoo.graph import Graph
from zoo.plugs import Feeds
from zoo.proof.certificate import Check
from zoo.proof.comparison import compare, judging, output_scales
from zoo.proof.op_proof import compare_ops, proven_exactness

__all__ = ["STEP", "agreement"]

STEP = "fake-quant -> integer reference"

_RECORDED = "recorded"
_EXACT = Exactness(0, "lsb", "integers over powers of two are exact in float32")
_EXACT_BITS = 8


def agreement(module: FakeQuantized, integer: Graph, feeds: Feeds) -> Iterator[Check]:
    """Yield the checks of the step from `module` to `integer`, recorded. feeds: one batch.

    With float scales or 16 bits, each op is also compared on its own.
    """
    with torch.no_grad():
        trained = {
            name: reals.cpu().numpy()
            for name, reals in module.inside(
                {name: torch.from_numpy(np.asarray(x)) for name, x in feeds.items()}
            ).items()
        }
    exactness = _EXACT
    scheme = module.start.scheme
    if scheme.scale != "power_of_two" or scheme.activation_bits > _EXACT_BITS:
        inside = {**feeds, **_integers(integer, trained)}
        judged = (d for d in judge_ops(integer, inside) if d.is_judged)
        yield compare_ops(f"{STEP}, each op alone", judged, _RECORDED)
        exactness = judging(proven_exactness(integer), integer)
    found = [{name: trained[name] for name in integer.outputs}]
    wanted = [run_graph(integer, feeds)]
    yield compare(STEP, found, wanted, exactness, output_scales(integer), how=_RECORDED)


def _integers(graph: Graph, reals: Feeds) -> dict[str, NDArray[np.generic]]:
    """Return the integers of the activations that the module computes as reals."""
    borders = {node.output: node.inputs[0] for node in graph.nodes if node.op == "quantize"}
    borders |= {node.inputs[0]: node.output for node in graph.nodes if node.op == "dequantize"}
    return {
        name: quantize(reals[borders.get(name, name)], tensor.quantization)
        for name, tensor in graph.tensors.items()
        if tensor.quantization is not None and borders.get(name, name) in reals
    }
