"""From the trained torch module to the integer Graph, placed as without training."""

from collections.abc import Collection

from compilers.passes.keep_outputs import keep_outputs
from compilers.quantize.place import place
from compilers.quantize.qat.fake_quantized import FakeQuantized
from zoo.graph import Graph

__all__ = ["read_back"]


def read_back(module: FakeQuantized, outputs: Collection[str]) -> Graph:
    """Return the integer graph of these outputs, without nodes only used in training."""
    graph, grids = keep_outputs(module.float_graph(), outputs), module.grids()
    kept = {name: grid for name, grid in grids.items() if name in graph.tensors}
    return place(graph, kept, module.start.scheme)
