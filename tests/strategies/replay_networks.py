"""Networks that use all ops, the same each time: what scripts/process_replay.py lowers."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from dpu_graphs import dpu_graphs
from every_op import PAIRS, every_case, every_op
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from integer_graphs import FORMS, POWER_OF_TWO_FORMS, integer_graphs
from networks import residual_network
from one_node import OneNode
from quantization import quantized
from random_graphs import float_graphs

from compilers.op_parts.arithmetic import dequantize
from compilers.schemes import DPU_POW2
from zoo.graph import Graph, Tensor

__all__ = ["generated_graphs"]

RANDOM_GRAPHS = 25
OF_POSITIVES = ("log", "pow", "sqrt")
"""Functions that are NaN at some of the inputs that calibration sees."""


def generated_graphs() -> Iterator[tuple[str, Graph]]:
    """Yield each use of each op alone, in integers and floats, all of them, and random networks."""
    for pair in PAIRS:
        for name, case in every_case(pair).items():
            yield f"{pair}: {name}", case.graph
        yield f"{pair}: every op", every_op(pair)
    for name, case in every_case("u8").items():
        if case.op != "requantize":
            yield f"float: {name}", in_floats(case).graph
            if case.op not in OF_POSITIVES:
                yield f"dpu-pow2: {name}", quantized(in_floats(case).graph, DPU_POW2)
    yield "float: residual network", residual_network()
    yield "dpu-pow2: residual network", quantized(residual_network(), DPU_POW2)
    random = {
        "float": float_graphs(),
        "integer": integer_graphs(st.one_of(FORMS, POWER_OF_TWO_FORMS)),
        "dpu": dpu_graphs(),
    }
    for kind, strategy in random.items():
        for index, graph in enumerate(drawn(strategy)):
            yield f"random {kind} {index}", graph


def in_floats(case: OneNode) -> OneNode:
    """Return the case without integers."""
    return OneNode(case.op, tuple(map(as_float, case.inputs)), case.attributes)


def as_float(tensor: Tensor) -> Tensor:
    """Return the tensor of reals."""
    data = tensor.data
    if data is not None and tensor.quantization:
        data = np.asarray(dequantize(data, tensor.quantization), np.float32)
    return replace(tensor, dtype="float32", quantization=None, data=data)


class _Provider(HypothesisProvider):
    """Draws no constants of the modules that are loaded, which a change of the code changes."""

    def _maybe_draw_constant(self, *_args: object, **_constraints: object) -> None:
        return None


def drawn(strategy: st.SearchStrategy[Graph]) -> list[Graph]:
    """Return the same random graphs each time."""
    graphs: list[Graph] = []

    AVAILABLE_PROVIDERS["drawn"] = _Provider

    @settings(
        backend="drawn",
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=RANDOM_GRAPHS,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(graph: Graph) -> None:
        graphs.append(graph)

    collect()
    return graphs
