"""A Graph with a fixed batch size, for runtimes that require one."""

from dataclasses import replace

from zoo.graph import Graph

__all__ = ["fix_batch"]


def fix_batch(graph: Graph, batch: int = 1) -> Graph:
    """Return the graph with its symbolic batch set; a fixed batch is kept."""
    tensors = {
        name: replace(
            tensor,
            shape=tuple(batch if isinstance(size, str) else size for size in tensor.shape),
        )
        for name, tensor in graph.tensors.items()
    }
    return replace(graph, tensors=tensors)
