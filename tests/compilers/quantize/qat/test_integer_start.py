"""Training starts at the best integers without training."""

import numpy as np
import pytest
from networks import residual_network
from quantization import contract_of, pixel_feeds

from compilers.quantize.choose import choose
from compilers.quantize.place import place
from compilers.quantize.qat.integer_start import starting_at
from compilers.quantize.weighted import weighted_nodes
from compilers.schemes import DPU_POW2, W4A8_ASYM, W8A8_ASYM
from zoo.graph import Graph
from zoo.plugs import QuantizeOptions

GRAPH = residual_network(channels=16)


def integers_of(graph: Graph) -> dict[str, list[int]]:
    """Return the weights and biases as integers, whatever type stores them."""
    tensors = [tensor for one in weighted_nodes(graph) for tensor in (one.weight, one.bias)]
    return {tensor.name: np.asarray(tensor.data).astype(int).tolist() for tensor in tensors}


@pytest.mark.parametrize("scheme", [W4A8_ASYM, W8A8_ASYM, DPU_POW2], ids=lambda one: one.name)
def test_it_rounds_to_the_compensated_integers(scheme):
    feeds, contract = [pixel_feeds(GRAPH, 48)], contract_of(GRAPH)
    best = choose(GRAPH, scheme, feeds, contract, QuantizeOptions(), 1)
    assert best.tried[0].compensation
    start = starting_at(best.start, best.graph)
    wanted = integers_of(best.graph)
    assert integers_of(place(start.graph, start.grids, scheme)) == wanted
    assert integers_of(place(best.start.graph, best.start.grids, scheme)) != wanted
