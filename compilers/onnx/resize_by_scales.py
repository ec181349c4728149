"""Write Resize with a scale for each axis instead of sizes for two of them.

ONNX Runtime 1.31 loses the sizes when it converts images from NCHW to NHWC around integer
convolutions, and then refuses its own model.
"""

import math

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, numpy_helper

from zoo.graph import Graph, Node

__all__ = ["resize_by_scales"]


def resize_by_scales(content: bytes, graph: Graph) -> bytes:
    """Return the file with scales in every Resize. content: the graph in QDQ form."""
    resizes = (node for node in graph.nodes if node.op == "resize")
    model, sizes = ModelProto.FromString(content), set()
    for proto in model.graph.node:
        if proto.op_type == "Resize":
            name = f"{proto.output[0]}.scales"
            scales = _scales(graph, next(resizes))
            model.graph.initializer.append(numpy_helper.from_array(scales, name))
            sizes.add(proto.input[3])
            _read_scales(proto, name)
    kept = [tensor for tensor in model.graph.initializer if tensor.name not in sizes]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    rewritten: bytes = model.SerializeToString(deterministic=True)
    return rewritten


def _scales(graph: Graph, node: Node) -> NDArray[np.float32]:
    before, after = graph.tensors[node.inputs[0]].shape, graph.tensors[node.output].shape
    pairs = zip(before[2:], after[2:], strict=True)
    return np.array([1, 1, *(_scale(int(b), int(a)) for b, a in pairs)], np.float32)


def _scale(before: int, after: int) -> np.float32:
    """Return after / before, or the next float32 if that is rounded down.

    ONNX computes the size as floor(before * scale).
    """
    scale = np.float32(after / before)
    while math.floor(before * float(scale)) < after:
        scale = np.nextafter(scale, np.float32(np.inf))
    return scale


def _read_scales(proto: NodeProto, name: str) -> None:
    attributes = [attribute for attribute in proto.attribute if attribute.name != "axes"]
    del proto.attribute[:]
    proto.attribute.extend(attributes)
    proto.input[:] = [proto.input[0], "", name]
