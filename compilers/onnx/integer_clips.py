"""Clip integers as integers, since ONNX Runtime would convert each separate Relu to float and back.

dequantize -> Relu or Clip -> quantize   becomes   Clip(q, low, high) of uint8
"""

import numpy as np
from onnx import ModelProto, NodeProto, helper, numpy_helper

from compilers.op_table import find_op
from zoo.graph import Graph, Node

__all__ = ["clip_integers"]


def clip_integers(content: bytes, graph: Graph) -> bytes:
    """Return the file with every 'clip' node of uint8 as integers. content: in QDQ form."""
    clips = {
        node.output: node
        for node in graph.nodes
        if node.op == "clip" and graph.tensors[node.output].dtype == "uint8"
    }
    model = ModelProto.FromString(content)
    nodes, floats = [], set()
    for node in model.graph.node:
        clip = clips.get(node.output[0])
        if clip is None:
            nodes.append(node)
        else:
            floats.add(node.input[0])
            nodes.append(_add_clip(model, clip, _range(graph, clip)))
    nodes = _without_unread([n for n in nodes if n.output[0] not in floats], graph.outputs)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    rewritten: bytes = model.SerializeToString(deterministic=True)
    return rewritten


def _range(graph: Graph, clip: Node) -> tuple[int, ...]:
    output = graph.tensors[clip.output]
    return find_op("clip").fix_integers(clip, graph.inputs_of(clip), output)["range"]


def _add_clip(model: ModelProto, clip: Node, bounds: tuple[int, ...]) -> NodeProto:
    names = [f"{clip.output}.min", f"{clip.output}.max"]
    for name, bound in zip(names, bounds, strict=True):
        model.graph.initializer.append(numpy_helper.from_array(np.array(bound, np.uint8), name))
    return helper.make_node("Clip", [clip.inputs[0], *names], [clip.output], clip.name)


def _without_unread(nodes: list[NodeProto], outputs: tuple[str, ...]) -> list[NodeProto]:
    """Return the nodes without dequantize nodes that only a clip read."""
    read = {name for node in nodes for name in node.input} | set(outputs)
    return [node for node in nodes if node.output[0] in read]
