"""Makes the fixed batch of a Graph dynamic."""

from dataclasses import replace

from compilers.op_table import find_op
from zoo.errors import HubError
from zoo.graph import Graph, Node, Tensor

__all__ = ["open_batch"]


def open_batch(graph: Graph) -> Graph:
    """Return the graph with its batch symbolic.

    Ops treat samples alike and keep them on the first axis, so only constants can distinguish the
    samples of a fixed batch. Raises HubError naming the node if one does, or if inputs have
    different batches.
    """
    batches = {graph.tensors[name].shape[0] for name in graph.inputs}
    if len(batches) > 1:
        raise HubError(
            f"the inputs {', '.join(graph.inputs)} have batches of "
            f"{', '.join(sorted(map(str, batches)))}; export the network with one batch for all "
            "of them"
        )
    opened = {name: _opened(graph.tensors[name]) for name in graph.inputs}
    tensors = {**graph.tensors, **opened}
    for node in graph.nodes:
        tensors[node.output] = _opened(graph.tensors[node.output])
        _check(graph, node, [tensors[name] for name in node.inputs])
    return replace(graph, tensors=tensors)


def _opened(tensor: Tensor) -> Tensor:
    return replace(tensor, shape=("N", *tensor.shape[1:]))


def _check(graph: Graph, node: Node, inputs: list[Tensor]) -> None:
    """Raise HubError if the node's output has another number of samples than its input."""
    fixed = graph.tensors[node.output].shape
    try:
        fits = find_op(node.op).infer_shape(node, inputs) == ("N", *fixed[1:])
    except HubError:
        fits = False
    if not fits:
        constants = " and ".join(f"'{tensor.name}'" for tensor in inputs if tensor.is_constant)
        raise HubError(
            f"node '{node.name}' ({node.op}): it computes {fixed} for a batch of "
            f"{graph.tensors[graph.inputs[0]].shape[0]} and cannot for others, because "
            f"{constants or 'it'} differs between samples; export with a dynamic batch, for "
            f"example torch.onnx.export(..., dynamic_axes={{'input': {{0: 'N'}}}})"
        )
