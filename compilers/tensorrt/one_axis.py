"""Constants without axes get one: TensorRT's parser breaks on x + 1.5, 1 - x, x / 3 otherwise."""

from dataclasses import replace

from zoo.graph import Graph, Tensor

__all__ = ["one_axis"]


def one_axis(graph: Graph) -> Graph:
    """Return the graph whose constants of shape () have the shape (1,), which broadcasts alike."""
    return graph.replace(graph.nodes, (_with_axis(tensor) for tensor in graph.tensors.values()))


def _with_axis(tensor: Tensor) -> Tensor:
    if tensor.data is None or tensor.shape:
        return tensor
    return replace(tensor, shape=(1,), data=tensor.data.reshape(1))
