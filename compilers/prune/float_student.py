"""A float Graph as a torch module whose weights can be trained."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor, nn

from compilers.prune.channels import makes_channels
from compilers.quantize.qat.graph_module import run_torch
from zoo.graph import Graph
from zoo.training import FULL, MIXED

__all__ = ["FloatStudent"]


class FloatStudent(nn.Module):
    """The Graph with the weights and biases of its layers as parameters.

    Has the interface of a quantized network in training, without scales.
    precision: in zoo.training.PRECISIONS; weights and outputs are float32.
    """

    def __init__(self, graph: Graph, precision: str = FULL) -> None:
        super().__init__()
        self._graph = graph
        self._is_mixed = precision == MIXED
        layers = (node for node in graph.nodes if makes_channels(graph, node))
        self.names = tuple(dict.fromkeys(name for node in layers for name in node.inputs[1:]))
        # A list, since ONNX names contain dots, which torch does not allow.
        self._trained = nn.ParameterList(
            torch.from_numpy(np.array(graph.tensors[name].data)) for name in self.names
        )
        self._constants = {
            name: torch.from_numpy(np.array(tensor.data))
            for name, tensor in graph.tensors.items()
            if tensor.data is not None and name not in self.names
        }

    def weight_parameters(self) -> Iterator[nn.Parameter]:
        """Yield weights and biases, in the order of `names`."""
        return self._trained.parameters()

    def scale_parameters(self) -> Iterator[nn.Parameter]:
        """Yield nothing."""
        return iter(())

    def forward(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the outputs by name. feeds: inputs by name, float, batch first."""
        trained = dict(zip(self.names, self._trained, strict=True))
        known = {**feeds, **self._constants, **trained}
        device = next(iter(feeds.values())).device.type
        with torch.autocast(device, torch.bfloat16, enabled=self._is_mixed):
            values = run_torch(self._graph, known, lambda _, reals: reals)
        return {name: values[name].float() for name in self._graph.outputs}

    def float_graph(self) -> Graph:
        """Return the Graph with the current weights and biases."""
        trained = (
            replace(self._graph.tensors[name], data=parameter.detach().cpu().numpy().copy())
            for name, parameter in zip(self.names, self._trained, strict=True)
        )
        return self._graph.replace(self._graph.nodes, trained)
