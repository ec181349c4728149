"""Networks that are quantized already, for a chip with other integers."""

import numpy as np
from networks import residual_network
from quantization import NORMALIZE, contract_of, pixel_feeds, quantized

from compilers.quantize.refit import QUANTIZER
from compilers.reference import run_graph
from compilers.schemes import DPU_POW2, W8A8_ASYM
from compilers.xmodel.powers_of_two import require_powers_of_two
from zoo import registry
from zoo.graph import Graph
from zoo.plugs import QuantizeOptions

GRAPH = residual_network()
GIVEN = quantized(GRAPH, W8A8_ASYM, calibrator="minmax")


def _refitted(graph: Graph, feeds: list) -> Graph:
    contract = contract_of(GRAPH, NORMALIZE)
    return QUANTIZER.quantize(graph, DPU_POW2, feeds, contract, QuantizeOptions())


def _difference(one: Graph, other: Graph) -> float:
    feeds = pixel_feeds(GRAPH, 8)
    found, wanted = (run_graph(graph, feeds)["landmarks"] for graph in (one, other))
    return float(np.abs(found - wanted).max() / np.abs(wanted).max())


def test_is_registered():
    assert registry.load("quantizer", "qdq") is QUANTIZER


def test_ranges_of_the_file_are_enough():
    refitted = _refitted(GIVEN, [])
    require_powers_of_two(refitted, "kv260")
    assert refitted.metadata["zoo.scheme"] == "dpu-pow2"
    assert _difference(refitted, GIVEN) < 0.1


def test_samples_are_used_where_there_are_any():
    refitted = _refitted(GIVEN, [pixel_feeds(GRAPH, 16, seed=1)])
    require_powers_of_two(refitted, "kv260")
    assert refitted.metadata["zoo.calibration_count"] == "16"
    assert _difference(refitted, GIVEN) < 0.1


def test_what_the_chip_has_already_stays_as_it_is():
    given = quantized(GRAPH, DPU_POW2)
    assert _difference(_refitted(given, []), given) == 0
