"""Fuses groups of operators that an exporter writes in place of one."""

from onnx import ModelProto, NodeProto, numpy_helper

__all__ = ["fuse_exporter_forms"]

_EXACT_FROM = 17.0
"""From here on log(1 + exp(x)) is x in float32."""
_PARTS = ("Greater", "Softplus")


def fuse_exporter_forms(model: ModelProto) -> None:
    """Rewrite x > c ? x : Softplus(x), with c >= 17, as Softplus (PyTorch's dynamo exporter)."""
    makers = {name: node for node in model.graph.node for name in node.output}
    large = {
        tensor.name
        for tensor in model.graph.initializer
        if not tensor.dims and numpy_helper.to_array(tensor) >= _EXACT_FROM
    }
    for node in model.graph.node:
        if node.op_type == "Where" and _is_softplus(node, makers, large):
            del node.input[1:]
            node.input[0] = makers[node.input[0]].input[0]
            node.op_type = "Softplus"
    _drop_unread(model)


def _is_softplus(node: NodeProto, makers: dict[str, NodeProto], large: set[str]) -> bool:
    condition, x, smooth = node.input
    above, softplus = makers.get(condition), makers.get(smooth)
    return (
        above is not None
        and softplus is not None
        and (above.op_type, softplus.op_type) == ("Greater", "Softplus")
        and above.input[0] == softplus.input[0] == x
        and above.input[1] in large
    )


def _drop_unread(model: ModelProto) -> None:
    """Remove what only a rewritten node read."""
    read = {name for node in model.graph.node for name in node.input}
    read |= {value.name for value in model.graph.output}
    kept = [n for n in model.graph.node if n.op_type not in _PARTS or n.output[0] in read]
    if len(kept) < len(model.graph.node):
        del model.graph.node[:]
        model.graph.node.extend(kept)
