"""ReLU, ReLU6 and clip: fused if TFLite has the activation, otherwise separate ops."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from compilers.op_parts.arithmetic import Bounds, clamp_of, integer_range
from compilers.tflite.scope import Scope
from zoo.lowering import NodeView

__all__ = ["add_clamped", "add_clip"]

_ACTIVATIONS: Mapping[Bounds, str] = MappingProxyType(
    {
        (-np.inf, np.inf): "NONE",
        (0.0, np.inf): "RELU",
        (0.0, 6.0): "RELU6",
        (-1.0, 1.0): "RELU_N1_TO_1",
    }
)
_CLIP = "CLIP"


def add_clamped(
    scope: Scope,
    view: NodeView,
    code: str,
    inputs: Sequence[int],
    options: str = "",
    settings: Mapping[str, object] = MappingProxyType({}),
    *,
    fuses: bool = True,
) -> None:
    """Add the op for a node's output, and the node's clamp.

    fuses: whether the op supports a fused activation.
    """
    activation, output = _activation(view), scope.output(view.output.name)
    fused = activation if fuses and activation != _CLIP else "NONE"
    fields = {**settings, "fusedActivationFunction": fused} if fuses else settings
    if fused == activation:
        scope.add(code, inputs, output, options, fields)
        return
    like = scope.tensor(output)
    unclamped = scope.value(f"{view.output.name}.unclamped", like.shape, like.grid)
    scope.add(code, inputs, unclamped, options, fields)
    add_clip(scope, view, unclamped, output)


def add_clip(scope: Scope, view: NodeView, x: int, output: int) -> None:
    """Add ops that clip x to the node's clamp; x has the output's quantization."""
    activation = _activation(view)
    if activation not in ("NONE", _CLIP):
        scope.add(activation, [x], output)
        return
    like, limits = scope.tensor(output), _limits(view)
    for code, bound in limits:
        constant = scope.constant(
            f"{view.output.name}.bound", np.array([bound]), like.dtype, like.grid
        )
        last = (code, bound) == limits[-1]
        clipped = (
            output if last else scope.value(f"{view.output.name}.clipped", like.shape, like.grid)
        )
        x = scope.add(code, [x, constant], clipped, "MaximumMinimumOptions")


def _activation(view: NodeView) -> str:
    """Return the name of the activation, 'NONE' if saturation clips, otherwise 'CLIP'."""
    grid = view.output.quantization
    if grid is not None and integer_range(view.node, grid) == (grid.qmin, grid.qmax):
        return "NONE"
    return _ACTIVATIONS.get(clamp_of(view.node), _CLIP)


def _limits(view: NodeView) -> list[tuple[str, float]]:
    """Return ops, at least one, with their bounds in the file's types."""
    grid = view.output.quantization
    (low, high), lowest, highest = clamp_of(view.node), -np.inf, np.inf
    if grid is not None:
        offset = replace(grid, signed=True).qmin - grid.qmin
        low, high = (bound + offset for bound in integer_range(view.node, grid))
        lowest, highest = grid.qmin + offset, grid.qmax + offset
    raised = [("MAXIMUM", low)] if low > lowest else []
    lowered = [("MINIMUM", high)] if high < highest or not raised else []
    return raised + lowered
