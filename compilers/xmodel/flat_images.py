"""Images that dense layers read: flattened as stored, channels last.

ONNX flattens [C, H, W], which would require moving values on the CPU. The columns of the weights
are permuted once instead, as AMD's own quantizer does.
"""

import math
from dataclasses import replace

import numpy as np

from compilers.fresh_name import fresh_name
from zoo.graph import Graph, Node, Tensor
from zoo.layout import CHANNELS_LAST

__all__ = ["AS_IT_LIES", "feeds_dense_alone", "flatten_as_they_lie"]

AS_IT_LIES = "as_it_lies"
"""Attribute of a reshape that keeps values in NHWC order."""

_IMAGE_AXES = len(CHANNELS_LAST)


def feeds_dense_alone(graph: Graph, reshape: Node) -> bool:
    """Whether only dense layers read a reshape, so that their weights can be permuted."""
    readers = graph.consumers(reshape.output)
    return bool(readers) and all(
        node.op == "dense" and node.inputs[0] == reshape.output for node in readers
    )


def flatten_as_they_lie(graph: Graph) -> Graph:
    """Return the graph, images NCHW, with the reshapes before dense layers marked.

    Each of these layers has separate weights; the result is only valid for NHWC images.
    """
    flat = {node.output: node for node in graph.nodes if _is_flattened(graph, node)}
    tensors = dict(graph.tensors)
    nodes = [_changed(graph, node, flat, tensors) for node in graph.nodes]
    return graph.replace(nodes, tensors.values())


def _is_flattened(graph: Graph, node: Node) -> bool:
    image = graph.tensors[node.inputs[0]].shape
    is_image = node.op == "reshape" and len(image) == _IMAGE_AXES
    return is_image and math.prod(map(int, image[2:])) > 1 and feeds_dense_alone(graph, node)


def _changed(graph: Graph, node: Node, flat: dict[str, Node], tensors: dict[str, Tensor]) -> Node:
    if node.output in flat:
        return node.with_attributes(**{AS_IT_LIES: 1})
    if node.op != "dense" or node.inputs[0] not in flat:
        return node
    _, *image = graph.tensors[flat[node.inputs[0]].inputs[0]].shape
    weight = graph.tensors[node.inputs[1]]
    columns = np.asarray(weight.data).reshape(-1, *map(int, image)).transpose(CHANNELS_LAST)
    name = fresh_name(f"{node.output}.weight", tensors)
    data = np.ascontiguousarray(columns.reshape(len(columns), -1))
    tensors[name] = replace(weight, name=name, data=data)
    return replace(node, inputs=(node.inputs[0], name, *node.inputs[2:]))
