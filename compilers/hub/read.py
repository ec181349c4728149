"""From ONNX to a Graph: imports a hub, ours or a user's.

The first axis of every input is the batch: a symbolic one is renamed to N, a fixed one is kept. All
other axes must be fixed. Tensors keep their ONNX names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from onnx import ModelProto, NodeProto, ValueInfoProto

from compilers.hub.constant_notes import KEY, parse_notes
from compilers.hub.decode import decode, inputs_of, plain_attributes, plain_tensor
from compilers.hub.import_nodes import NodeImporter, activation
from compilers.hub.onnx_node import OnnxNode
from compilers.passes.fold_batchnorm import fold_batchnorm
from compilers.passes.fold_qdq import fold_qdq
from compilers.passes.fuse_bias import fuse_bias
from compilers.passes.fuse_clamp import fuse_clamp
from compilers.passes.fuse_gelu import fuse_gelu
from compilers.passes.spell_out_means import fuse_means
from compilers.passes.verify import Pass, run_passes
from zoo.errors import HubError, QuantizeError
from zoo.graph import Graph, Node, Tensor

__all__ = ["PASSES", "read"]

# Means come before passes that would consume their multiplications. A bias after a MatMul is fused
# before batch normalisation scales both; clamps come last.
PASSES = (fuse_means, fuse_gelu, fuse_bias, fold_batchnorm, fuse_clamp, fold_qdq)


def read(content: bytes, where: str, passes: Sequence[Pass] = PASSES) -> Graph:
    """Return the Graph with batch normalisation folded, activations fused, QDQ pairs folded.

    content: ONNX of opset 13 to 21.  where: the file, for messages.  passes: a user's file needs
    more than a hub. Raises HubError, or UnsupportedOpError with the node at fault.
    """
    model = decode(content, where)
    try:
        graph = run_passes(_import(model, where), passes)
    except QuantizeError as error:
        raise HubError(f"{where}: {error}") from error
    except HubError as error:
        if str(error).startswith(where):
            raise
        raise type(error)(f"{where}: {error}") from error
    return graph


def _import(model: ModelProto, where: str) -> Graph:
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    importer = NodeImporter(where, _names(model), parse_notes(metadata, where))
    for proto in model.graph.initializer:
        importer.add_value(plain_tensor(proto, proto.name, where))
    inputs = [_input(value, where) for value in inputs_of(model)]
    for tensor in inputs:
        importer.add_value(tensor)
    for node in model.graph.node:
        importer.add_node(_plain_node(node, where))
    outputs = {value.name: importer.output(value.name) for value in model.graph.output}
    nodes, tensors = _name_outputs(importer, outputs, {tensor.name for tensor in inputs}, where)
    known = {tensor.name: tensor for tensor in (*inputs, *tensors)}
    return Graph(
        name=model.graph.name,
        inputs=tuple(tensor.name for tensor in inputs),
        outputs=tuple(outputs),
        tensors=known,
        nodes=nodes,
        metadata={key: value for key, value in metadata.items() if key != KEY},
    )


def _names(model: ModelProto) -> frozenset[str]:
    values = (*model.graph.input, *model.graph.initializer)
    outputs = (name for node in model.graph.node for name in node.output)
    return frozenset((*(value.name for value in values), *outputs))


def _input(value: ValueInfoProto, where: str) -> Tensor:
    """Return an input of the network; raises HubError unless its shape is fixed."""
    kind = value.type.tensor_type
    batch, *sizes = kind.shape.dim or (None,)
    if batch is None:
        raise HubError(
            f"{where}: input '{value.name}' has no axes; the first axis must be the batch: export "
            "with fixed shapes"
        )
    for axis, size in enumerate(sizes, start=1):
        if size.dim_value < 1:
            found = size.dim_param or size.dim_value or "unknown"
            raise HubError(
                f"{where}: input '{value.name}' has a dynamic axis {axis} ({found}); only axis 0, "
                "the batch, may be dynamic: export with a fixed shape, or state the shape in a "
                "contract; `zoo show` and `zoo contract init` take --size and --signal"
            )
    first = batch.dim_value if batch.dim_value > 0 else "N"
    return activation(value.name, (first, *(size.dim_value for size in sizes)))


def _plain_node(node: NodeProto, where: str) -> OnnxNode:
    name = node.name or next(filter(None, node.output), "")
    if not any(node.output):
        raise HubError(f"{where}: node '{name}' ({node.op_type}) has no output; export it again")
    attributes = plain_attributes(node.attribute, f"{where}: node '{name}' ({node.op_type})")
    inputs, outputs = tuple(node.input), tuple(node.output)
    return OnnxNode(name, node.domain, node.op_type, inputs, outputs, attributes)


def _name_outputs(
    importer: NodeImporter, outputs: Mapping[str, Tensor], inputs: set[str], where: str
) -> tuple[tuple[Node, ...], list[Tensor]]:
    """Rename tensors that are outputs under another name, after an Identity."""
    names = {tensor.name: name for name, tensor in outputs.items()}
    for name, tensor in outputs.items():
        if names[tensor.name] != name or (tensor.name in inputs and tensor.name != name):
            raise HubError(
                f"{where}: output '{name}' is a copy of '{tensor.name}', which is an input or an "
                "output itself; drop one of them"
            )
    nodes = tuple(
        replace(
            node,
            inputs=tuple(names.get(name, name) for name in node.inputs),
            output=names.get(node.output, node.output),
        )
        for node in importer.nodes
    )
    tensors = (replace(t, name=names.get(t.name, t.name)) for t in importer.tensors.values())
    return nodes, list(tensors)
