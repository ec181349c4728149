"""Fold batch normalisation into the weights before it.

With g[k] = scale[k] / sqrt(variance[k] + epsilon):
w'[k] = w[k] * g[k],  bias'[k] = (bias[k] - mean[k]) * g[k] + shift[k]
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.fresh_name import fresh_name
from compilers.op_parts.arguments import real
from compilers.op_parts.window import Window
from compilers.op_table import find_op
from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Graph, Node, Tensor

__all__ = ["fold_batchnorm"]


def fold_batchnorm(graph: Graph) -> Graph:
    """Return the graph without 'batchnorm' nodes.

    If it is the only reader of a node with weights, it becomes part of the weights; any other
    becomes a depthwise 1x1 convolution. Raises UnsupportedOpError if the latter has no image,
    HubError if a weight does not become a finite float32.
    """
    nodes: dict[str, Node] = {}
    tensors = dict(graph.tensors)
    for node in graph.nodes:
        if node.op != "batchnorm":
            nodes[node.output] = node
            continue
        before = nodes.get(node.inputs[0])
        with np.errstate(all="ignore"):  # non-finite values are refused below
            if before and _may_fold(graph, before):
                del nodes[before.output]
                new, constants = _folded(graph, before, node, tensors)
            else:
                new, constants = _depthwise(graph, node, tensors)
        _check_finite(graph, node, constants)
        nodes[node.output] = new
        tensors.update((constant.name, constant) for constant in constants)
    return graph.replace(nodes.values(), tensors.values())


@dataclass(frozen=True)
class _Affine:
    """y[k] = x[k] * gain[k] + shift[k], float64."""

    gain: NDArray[np.float64]
    shift: NDArray[np.float64]


def _affine(graph: Graph, batchnorm: Node) -> _Affine:
    scale, shift, mean, variance = (
        np.float64(graph.tensors[name].data) for name in batchnorm.inputs[1:]
    )
    gain = scale / np.sqrt(variance + real(batchnorm, "epsilon"))
    return _Affine(gain, shift - mean * gain)


def _check_finite(graph: Graph, batchnorm: Node, constants: tuple[Tensor, ...]) -> None:
    for constant in constants:
        if not np.isfinite(np.asarray(constant.data)).all():
            raise HubError(
                f"graph '{graph.name}': node '{batchnorm.name}' (BatchNormalization) turns "
                f"'{constant.name}' into numbers that are not finite: a variance is below 0, or "
                "weights are too large or damaged; export the network again, or train it again"
            )


def _may_fold(graph: Graph, node: Node) -> bool:
    op = find_op(node.op)
    if op.weight_input is None or "clamp" in node.attributes or node.output in graph.outputs:
        return False
    constants = [graph.tensors[name] for name in node.inputs[op.weight_input :]]
    is_float = all(constant.quantization is None for constant in constants)
    return is_float and len(graph.consumers(node.output)) == 1


def _folded(
    graph: Graph, node: Node, batchnorm: Node, tensors: dict[str, Tensor]
) -> tuple[Node, tuple[Tensor, ...]]:
    """Return the node with new weight and bias; names are kept if nothing else reads them."""
    op, affine = find_op(node.op), _affine(graph, batchnorm)
    index = op.weight_input or 0
    weight = tensors[node.inputs[index]]
    along = [1] * len(weight.shape)
    along[op.weight_axis] = -1
    bias = tensors[node.inputs[index + 1]].data if len(node.inputs) > index + 1 else 0.0
    values = {
        node.inputs[index]: np.float64(weight.data) * affine.gain.reshape(along),
        _bias_name(node, index, tensors): np.float64(bias) * affine.gain + affine.shift,
    }
    constants = tuple(
        _constant(name if len(graph.consumers(name)) < 2 else fresh_name(name, tensors), value)
        for name, value in values.items()
    )
    inputs = (*node.inputs[:index], *(constant.name for constant in constants))
    return replace(node, inputs=inputs, output=batchnorm.output), constants


def _bias_name(node: Node, index: int, tensors: dict[str, Tensor]) -> str:
    if len(node.inputs) > index + 1:
        return node.inputs[index + 1]
    return fresh_name(f"{node.inputs[index]}.bias", tensors)


def _depthwise(
    graph: Graph, batchnorm: Node, tensors: dict[str, Tensor]
) -> tuple[Node, tuple[Tensor, ...]]:
    shape = graph.tensors[batchnorm.output].shape
    if len(shape) != 4:
        raise UnsupportedOpError(
            f"graph '{graph.name}': node '{batchnorm.name}' (BatchNormalization) normalises "
            f"'{batchnorm.inputs[0]}' of shape {shape}; it must be an image [N, C, H, W], or the "
            "output of a dense layer that nothing else reads: put it directly after that layer"
        )
    affine, channels = _affine(graph, batchnorm), int(shape[1])
    constants = (
        _constant(
            fresh_name(f"{batchnorm.output}.weight", tensors), affine.gain.reshape(-1, 1, 1, 1)
        ),
        _constant(fresh_name(f"{batchnorm.output}.bias", tensors), affine.shift),
    )
    inputs = (batchnorm.inputs[0], *(constant.name for constant in constants))
    attributes = {**Window((1, 1)).attributes, "group": channels}
    return Node(batchnorm.name, "conv", inputs, batchnorm.output, attributes), constants


def _constant(name: str, value: NDArray[Any]) -> Tensor:
    data = value.astype(np.float32)
    return Tensor(name, data.shape, data=data)
