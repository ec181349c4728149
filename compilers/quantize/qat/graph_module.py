"""A float Graph as a torch module: the teacher and reference of a quantized one."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor, nn

from compilers.op_table import find_op
from zoo.graph import Graph

__all__ = ["FloatNetwork", "run_torch"]

Tensors = Mapping[str, Tensor]


def run_torch(
    graph: Graph, known: Tensors, store: Callable[[str, Tensor], Tensor]
) -> dict[str, Tensor]:
    """Return all values of a float graph by name.

    known: inputs and constants.  store(name, reals): returns what nodes read for an input or an
    earlier node's output.
    """
    values = dict(known)
    for name in graph.inputs:
        values[name] = store(name, known[name])
    for node in graph.nodes:
        reals = find_op(node.op).run_torch(node, [values[name] for name in node.inputs])
        values[node.output] = store(node.output, reals)
    return values


class FloatNetwork(nn.Module):
    """The Graph in float, without gradients: the teacher."""

    def __init__(self, graph: Graph) -> None:
        super().__init__()
        self.graph = graph
        self._names = [t.name for t in graph.tensors.values() if t.data is not None]
        # ONNX names contain dots, which torch does not allow in buffer names.
        for index, name in enumerate(self._names):
            data = torch.from_numpy(np.array(graph.tensors[name].data))
            self.register_buffer(f"constant{index}", data)

    @torch.no_grad()
    def forward(self, feeds: Tensors) -> dict[str, Tensor]:
        """Return the outputs by name. feeds: inputs by name, float, batch first."""
        constants = zip(self._names, self.buffers(), strict=True)
        values = run_torch(self.graph, {**feeds, **dict(constants)}, lambda _, reals: reals)
        return {name: values[name] for name in self.graph.outputs}
