"""Bias correction: removes the shift of a channel's mean caused by rounding.

Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction",
section 4.2, with means measured on samples n:

    bias[k] += median over n of (mean y_float[n, k] - mean y_quantized[n, k])

where y are the sums before the clamp, and the means cover the pixels of a sample. The paper also
uses the mean over n, but then a few samples with saturated values shift all the others: on PFLD,
500 samples made the network worse than none. Nodes are corrected in order, each on the outputs of
the corrected nodes before it, so no error is corrected twice. With error-compensating rounding
(compilers.quantize.compensate), the sums of the real weights are first shifted to the means: an
8-bit bias is too coarse for that, and the weights absorb its rounding error.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.op_parts.arithmetic import clamp_reals, dequantize, quantize
from compilers.quantize.channel_means import Means, channel_means, float_means, without_clamp
from compilers.quantize.compensate import compensated_weight
from compilers.quantize.float_session import FloatSession
from compilers.quantize.weighted import Weighted, weighted_nodes
from compilers.reference import run_node
from zoo.fixed_point import saturate
from zoo.graph import Graph, Node, Quantization, Tensor, quantization_of
from zoo.plugs import Feeds
from zoo.scheme import Scheme

__all__ = ["correct_biases"]

Batches = list[NDArray[Any]]


def correct_biases(
    graph: Graph,
    quantized: Graph,
    samples: Sequence[Feeds],
    threads: int,
    compensating: Scheme | None = None,
) -> Graph:
    """Return the quantized graph with corrected biases.

    graph: the float graph that was quantized.  samples: batches by input name.
    compensating: the scheme for error-compensating weight rounding first
    (compilers.quantize.compensate); None to keep the weights.
    """
    layers = {w.node.output: _Layer(quantized, w) for w in weighted_nodes(quantized)}
    if not layers:
        return quantized
    wanted = float_means(graph, samples, threads)
    values: dict[str, Batches] = {
        name: [np.asarray(batch[name]) for batch in samples] for name in quantized.inputs
    }
    unread = Counter(name for node in quantized.nodes for name in node.inputs)
    corrected = []
    for node in quantized.nodes:
        if node.output in layers:
            layer = layers[node.output]
            integers, means = values[node.inputs[0]], wanted[layer.weighted.weight.name]
            inputs = [dequantize(batch, layer.grid_in) for batch in integers]
            if compensating is not None:
                missing = _missing(means, layer.with_real_weight(graph).sums(inputs, threads))
                layer = layer.compensated(graph, integers, missing, compensating)
                corrected.append(layer.weighted.weight)
            sums = layer.sums(inputs, threads)
            bias = layer.with_bias(layer.bias + _missing(means, sums))
            corrected.append(bias)
            values[node.output] = layer.outputs(sums, bias)
        else:
            values[node.output] = _run(quantized, node, values)
        unread.subtract(node.inputs)
        values = {name: batches for name, batches in values.items() if unread[name] > 0}
    return quantized.replace(quantized.nodes, corrected)


@dataclass(frozen=True)
class _Layer:
    """A weighted node of the quantized graph, computed in reals up to its sums."""

    graph: Graph
    weighted: Weighted

    @property
    def grid_in(self) -> Quantization:
        """The grid of what the node reads."""
        return quantization_of(self.graph.tensors[self.weighted.node.inputs[0]])

    def with_real_weight(self, floats: Graph) -> "_Layer":
        """Return the layer with the weight and bias of the float graph."""
        weight, bias = (floats.tensors[t.name] for t in (self.weighted.weight, self.weighted.bias))
        return replace(self, weighted=replace(self.weighted, weight=weight, bias=bias))

    def compensated(
        self, floats: Graph, inputs: Batches, missing: Means, scheme: Scheme
    ) -> "_Layer":
        """Return the layer with error-compensated weights and bias.

        inputs: integers.  missing: from the sums of the real weight, which the bias adds.
        """
        real = self.with_real_weight(floats).weighted
        bias = (np.asarray(real.bias.data) + missing).astype(np.float32)
        real = replace(real, bias=replace(real.bias, data=bias))
        rounded = replace(self.weighted, bias=self.with_bias(bias))
        weight = compensated_weight(rounded, real, inputs, self.grid_in, scheme)
        return replace(self, weighted=replace(rounded, weight=weight))

    def sums(self, inputs: Batches, threads: int) -> Batches:
        """Return the sums before the clamp, reals [N, K, ...], of real inputs."""
        node = without_clamp(self.weighted.node)
        source, output = (self.graph.tensors[name] for name in (node.inputs[0], node.output))
        tensors = map(_real, (source, self.weighted.weight, self.weighted.bias, output))
        alone = Graph(
            name=node.name,
            inputs=(source.name,),
            outputs=(output.name,),
            tensors={tensor.name: tensor for tensor in tensors},
            nodes=(node,),
        )
        session = FloatSession(alone, alone.outputs, threads)
        return [session.run({source.name: batch})[output.name] for batch in inputs]

    @property
    def bias(self) -> NDArray[Any]:
        """The bias in reals, [K]."""
        return np.asarray(_real(self.weighted.bias).data)

    def with_bias(self, reals: NDArray[Any]) -> Tensor:
        """Return the bias with the integers nearest to these reals, [K]."""
        grid = quantization_of(self.weighted.bias)
        integers = np.rint(reals / np.asarray(grid.scale))
        return replace(
            self.weighted.bias, data=saturate(integers, grid.qmin, grid.qmax, grid.dtype)
        )

    def outputs(self, sums: Batches, bias: Tensor) -> Batches:
        """Return the integers [N, K, ...] that result from the sums with this bias."""
        node = self.weighted.node
        grid = quantization_of(self.graph.tensors[node.output])
        change = np.asarray(_real(bias).data) - self.bias
        aligned = change.reshape(-1, *[1] * (sums[0].ndim - 2))
        return [quantize(clamp_reals(node, batch + aligned), grid) for batch in sums]


def _real(tensor: Tensor) -> Tensor:
    """Return the tensor as the reals its integers represent, or unchanged."""
    if tensor.quantization is None:
        return tensor
    data = None if tensor.data is None else dequantize(tensor.data, quantization_of(tensor))
    return replace(tensor, dtype="float32", quantization=None, data=data)


def _missing(means: Means, sums: Batches) -> Means:
    """Return the offset of the sums, [K], that shifts their means to these."""
    return np.median(means - channel_means(sums), axis=0)


def _run(graph: Graph, node: Node, values: dict[str, Batches]) -> Batches:
    activations = [name for name in node.inputs if name in values]
    batches = zip(*(values[name] for name in activations), strict=True)
    return [run_node(graph, node, dict(zip(activations, batch, strict=True))) for batch in batches]
