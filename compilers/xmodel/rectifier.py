"""Ops with a fused ReLU: a separate op in XIR, without a fix before it."""

from collections.abc import Mapping
from math import inf

from compilers.op_parts.arithmetic import clamp_of
from compilers.xmodel.scope import Arguments, Scope, file_shape
from zoo.lowering import NodeView

__all__ = ["add_rectified", "rectifier"]


def add_rectified(
    scope: Scope,
    view: NodeView,
    kind: str,
    arguments: Arguments,
    attributes: Mapping[str, object] | None = None,
) -> None:
    """Add the op of a node, its ReLU if any, and the fix."""
    output = view.output
    follows = rectifier(view, clamp_of(view.node))
    name, shape = scope.name_of(output.name), file_shape(output.shape)
    first = scope.new_name(f"{name}.{kind}") if follows else name
    op = scope.add(first, kind, shape, arguments, attributes)
    if follows:
        op = scope.add(name, follows, shape, {"input": (op,)})
    scope.store(output.name, op)


def rectifier(view: NodeView, bounds: tuple[float, float]) -> str:
    """Return 'relu', 'relu6', or '' if the bounds clip nothing; refuses others.

    Bounds outside the integers' range clip nothing.
    """
    grid = view.output_grid
    step = grid.scale[0]
    low = bounds[0] if bounds[0] > grid.qmin * step else -inf
    high = bounds[1] if bounds[1] < grid.qmax * step else inf
    known = {(-inf, inf): "", (0.0, inf): "relu", (0.0, 6.0): "relu6"}
    if (low, high) not in known:
        view.refuse(
            f"clips to {bounds}; an .xmodel has ReLU and ReLU6",
            "train the network with one of them",
        )
    return known[low, high]
