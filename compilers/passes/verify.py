"""Invariants of every Graph, checked after each pass to find a broken pass immediately.

The idea is from tinygrad, which checks its specification between rewrites.
"""

from collections.abc import Callable, Iterator, Sequence

from compilers.op_table import find_op
from compilers.passes.channels_last import channels_first
from zoo.errors import HubError, VerifyError
from zoo.graph import Graph, Node, Quantization, Tensor

__all__ = ["Pass", "run_passes", "verify"]

Pass = Callable[[Graph], Graph]

_MULTIPLIER_END = 1 << 31
_SHIFTS = range(1, 63)
"""Of zoo.fixed_point."""


def run_passes(graph: Graph, passes: Sequence[Pass]) -> Graph:
    """Return the graph after all passes; raises VerifyError naming one that breaks it."""
    for rewrite in passes:
        graph = rewrite(graph)
        verify(graph, rewrite.__name__)
    return graph


def verify(graph: Graph, after: str) -> None:
    """Raise VerifyError if types, shapes or integers of a graph are inconsistent.

    after: the pass that created it.
    """
    for problem in _problems(graph):
        raise VerifyError(
            f"graph '{graph.name}', after the pass {after}: {problem}; the pass is wrong, report "
            "it with the network"
        )


def _problems(graph: Graph) -> Iterator[str]:
    for tensor in graph.tensors.values():
        yield from _tensor(tensor)
    images = any(tensor.layout == "NHWC" for tensor in graph.tensors.values())
    meant = channels_first(graph) if images else graph
    for node in meant.nodes:
        yield from _shape(meant, node)
        yield from _integers(node, meant.tensors[node.output])


def _tensor(tensor: Tensor) -> Iterator[str]:
    where, grid = f"tensor '{tensor.name}'", tensor.quantization
    if tensor.data is not None and tensor.data.shape != tensor.shape:
        yield f"{where} has the shape {tensor.shape}, its data {tensor.data.shape}"
    if tensor.layout and len(tensor.shape) != len(tensor.layout):
        yield f"{where} {tensor.shape} has the layout {tensor.layout}"
    if grid is None:
        return
    if not tensor.is_constant and tensor.dtype != grid.dtype:
        yield f"{where} is {tensor.dtype}, its quantization {grid.dtype}"
    channels = 1 if grid.axis is None else tensor.shape[grid.axis]
    if not len(grid.scale) == len(grid.zero_point) == channels:
        yield (
            f"{where} {tensor.shape} has {len(grid.scale)} scales and {len(grid.zero_point)} zero "
            f"points along axis {grid.axis}"
        )


def _shape(graph: Graph, node: Node) -> Iterator[str]:
    """Compare the output's shape with the one the op computes."""
    where, found = f"node '{node.name}' ({node.op})", graph.tensors[node.output].shape
    try:
        wanted = find_op(node.op).infer_shape(node, graph.inputs_of(node))
    except HubError as error:
        yield str(error)
    else:
        if wanted != found:
            yield f"{where} computes the shape {wanted}, '{node.output}' has {found}"


def _integers(node: Node, output: Tensor) -> Iterator[str]:
    where, fixed = f"node '{node.name}' ({node.op})", node.integer
    multipliers, shifts = fixed.get("multiplier", ()), fixed.get("shift", ())
    if any(abs(multiplier) >= _MULTIPLIER_END for multiplier in multipliers):
        yield f"{where} has a multiplier of more than 32 bits"
    if any(shift not in _SHIFTS for shift in shifts):
        yield f"{where} shifts by {min(shifts)} to {max(shifts)}; allowed are 1 to {_SHIFTS[-1]}"
    if len(shifts) not in (1, len(multipliers)):
        yield f"{where} has {len(multipliers)} multipliers and {len(shifts)} shifts"
    if output.quantization is not None:
        yield from _stored(where, fixed.get("range", ()), output.quantization)
        yield from _stored(where, fixed.get("value", ()), output.quantization)


def _stored(where: str, integers: tuple[int, ...], grid: Quantization) -> Iterator[str]:
    if not all(grid.qmin <= integer <= grid.qmax for integer in integers):
        yield f"{where} stores {integers}; '{grid.dtype}' holds {grid.qmin} to {grid.qmax}"
