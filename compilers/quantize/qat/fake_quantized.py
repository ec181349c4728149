"""The placed Graph as a torch module that computes in floats what the integers will compute."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import inf

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from compilers.op_parts.arithmetic import clamp_of
from compilers.op_table import find_op
from compilers.quantize.channel_means import without_clamp
from compilers.quantize.parameters import integer_constants, integer_parameters
from compilers.quantize.prepare import Prepared
from compilers.quantize.qat.fake_quantize import fake_quantize, straight_through
from compilers.quantize.qat.graph_module import run_torch
from compilers.quantize.qat.learned_grids import LearnedGrids
from compilers.quantize.shifts import coarsen_outputs
from compilers.quantize.weighted import weighted_nodes
from zoo.graph import Graph, Quantization, quantization_of
from zoo.graph import Tensor as GraphTensor

__all__ = ["FakeQuantized"]

Grids = Mapping[str, Quantization]


class FakeQuantized(nn.Module):
    """A calibrated graph with weights, biases and activation scales as parameters.

    Weights become the integers that `place` would write now, with the same code: their scales
    follow at every step, and every shift stays legal. Training and evaluation mode are identical.
    """

    def __init__(self, start: Prepared) -> None:
        super().__init__()
        self.start = start
        self.activations = LearnedGrids(start)
        tensors = [t for w in weighted_nodes(start.graph) for t in (w.weight, w.bias)]
        self._names = [tensor.name for tensor in tensors]
        # A list, since ONNX names contain dots, which torch does not allow.
        self.trained = nn.ParameterList(
            torch.from_numpy(np.array(tensor.data)) for tensor in tensors
        )

        # Rounding can include a ReLU at no cost: negative reals round to 0 or below.
        self._rectified = {n.output for n in start.graph.nodes if clamp_of(n) == (0.0, inf)}

    def weight_parameters(self) -> Iterator[nn.Parameter]:
        """Yield weights and biases."""
        return self.trained.parameters()

    def scale_parameters(self) -> Iterator[nn.Parameter]:
        """Yield the logarithms of the activations' scales."""
        return self.activations.parameters()

    def forward(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return the outputs by name, reals. feeds: inputs by name, float, batch first."""
        values = self.inside(feeds)
        return {name: values[name] for name in self.start.graph.outputs}

    def inside(self, feeds: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return every activation and constant by name, as reals represented by integers."""
        graph = self.float_graph()
        grids = self._legal(graph)
        known = {**feeds, **self._constants(graph, grids, next(iter(feeds.values())))}

        def store(name: str, reals: Tensor) -> Tensor:
            scale = self.activations.scale(name, grids[name], reals)
            if reals.dtype == torch.float64:  # float32 is too coarse
                reals = reals * _factor_error(graph, name, grids, reals)
            return fake_quantize(reals, scale, grids[name], rectify=name in self._rectified)

        return run_torch(self._opened(graph), known, store)

    def float_graph(self) -> Graph:
        """Return the float graph with the current weights and biases."""
        graph, named = self.start.graph, zip(self._names, self.trained, strict=True)
        changed = (
            replace(graph.tensors[name], data=_array(parameter)) for name, parameter in named
        )
        return graph.replace(graph.nodes, changed)

    def grids(self) -> dict[str, Quantization]:
        """Return the current quantization of every activation by name."""
        return self._legal(self.float_graph())

    def _opened(self, graph: Graph) -> Graph:
        return graph.replace(
            without_clamp(node) if node.output in self._rectified else node for node in graph.nodes
        )

    def _legal(self, graph: Graph) -> dict[str, Quantization]:
        return coarsen_outputs(graph, self.activations.grids(), self.start.scheme)

    def _constants(self, graph: Graph, grids: Grids, like: Tensor) -> dict[str, Tensor]:
        """Return all constants by name, as the reals they represent once placed."""
        scheme = self.start.scheme
        fixed = {t.name: t for t in graph.tensors.values() if t.is_constant}
        fixed |= {t.name: t for t in integer_constants(graph, scheme)}
        placed = {t.name: t for t in integer_parameters(graph, grids, scheme)}
        reals = {name: _reals(tensor, like) for name, tensor in (fixed | placed).items()}
        for name, parameter in zip(self._names, self.trained, strict=True):
            reals[name] = straight_through(parameter, reals[name], _steps(placed[name], like))
        return reals


def _factor_error(graph: Graph, name: str, grids: Grids, like: Tensor) -> Tensor | float:
    """Return the ratio of the integers' factor to the real one."""
    node = graph.producer(name)
    if node is None:
        return 1.0
    *inputs, output = (
        replace(tensor, quantization=grids.get(tensor.name))
        for tensor in (*graph.inputs_of(node), graph.tensors[name])
    )
    error = find_op(node.op).factor_error(node, inputs, output)
    return torch.as_tensor(error).to(like)


def _reals(tensor: GraphTensor, like: Tensor) -> Tensor:
    """Return the values of a constant, in the float type and on the device of `like`."""
    # The product of an integer and a scale is exact in float64, so it is rounded at most once.
    data = torch.from_numpy(np.array(tensor.data, np.float64))
    if tensor.quantization is None:
        return data.to(like)
    levels = data - tensor.quantization.zero_point[0]
    return (levels * _steps(tensor, levels)).to(like)


def _steps(tensor: GraphTensor, like: Tensor) -> Tensor:
    """Return the scales of a quantized constant, broadcast to its values."""
    grid, shape = quantization_of(tensor), [1] * len(tensor.shape)
    if grid.axis is not None:
        shape[grid.axis] = -1
    return torch.tensor(grid.scale, dtype=torch.float64).to(like).reshape(shape)


def _array(parameter: Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = parameter.detach().cpu().numpy().astype(np.float32)
    return array
