"""Ops that move values."""

import numpy as np

from compilers.op_parts.arguments import integer, integers, real, text
from compilers.passes.channels_last import keeps_order
from compilers.tflite.scope import Scope
from zoo.layout import CHANNELS_FIRST, CHANNELS_LAST, reordered
from zoo.lowering import NodeView

__all__ = [
    "lower_concat",
    "lower_depth_to_space",
    "lower_pad",
    "lower_reshape",
    "lower_slice",
    "lower_space_to_depth",
    "lower_transpose",
]


def lower_concat(scope: Scope, view: NodeView) -> None:
    """Add CONCATENATION, after QUANTIZE if an input has another quantization.

    In integers, TFLite only copies bytes.
    """
    output = scope.output(view.output.name)
    grid, inputs = scope.tensor(output).grid, []
    for index in range(len(view.inputs)):
        x = scope.operand(view, index)
        like = scope.tensor(x)
        if like.grid != grid:
            alike = scope.value(f"{like.name}.requantized", like.shape, grid)
            x = scope.add("QUANTIZE", [x], alike, "QuantizeOptions")
        inputs.append(x)
    settings = {"axis": integer(view.node, "axis"), "fusedActivationFunction": "NONE"}
    scope.add("CONCATENATION", inputs, output, "ConcatenationOptions", settings)


def lower_depth_to_space(scope: Scope, view: NodeView) -> None:
    """Add DEPTH_TO_SPACE, where blocks do not lie side by side in the channels behind TRANSPOSE."""
    x, block = scope.read(view), integer(view.node, "block")
    if text(view.node, "mode") == "CRD":
        x = _with_blocks_first(scope, view, x, block**2)
    output, settings = scope.output(view.output.name), {"blockSize": block}
    scope.add_for_bytes("DEPTH_TO_SPACE", [x], output, "DepthToSpaceOptions", settings)


def lower_space_to_depth(scope: Scope, view: NodeView) -> None:
    """Add SPACE_TO_DEPTH."""
    x, output = scope.read(view), scope.output(view.output.name)
    settings = {"blockSize": integer(view.node, "block")}
    scope.add_for_bytes("SPACE_TO_DEPTH", [x], output, "SpaceToDepthOptions", settings)


def lower_pad(scope: Scope, view: NodeView) -> None:
    """Add PADV2: the border's value is in the input's steps."""
    borders = np.stack([integers(view.node, "before"), integers(view.node, "after")], axis=1)
    x = scope.read(view)
    like, source = scope.tensor(x), view.inputs[0].quantization
    value = real(view.node, "value")
    if like.grid is not None and source is not None:
        value = view.fixed("value")[0] + like.grid.qmin - source.qmin
    inputs = [
        x,
        scope.parameter(view, "borders", borders),
        scope.constant(f"{view.output.name}.value", np.array([value]), like.dtype, like.grid),
    ]
    scope.add("PADV2", inputs, scope.output(view.output.name), "PadV2Options")


def lower_reshape(scope: Scope, view: NodeView) -> None:
    """Add RESHAPE, with a TRANSPOSE before or after it if the order of values differs."""
    x, output = scope.read(view), scope.output(view.output.name)
    target = scope.tensor(output).shape
    if not keeps_order(view.inputs[0]):
        like = scope.tensor(x)
        shape = reordered(like.shape, CHANNELS_FIRST)
        first = scope.value(f"{view.output.name}.channels_first", shape, like.grid)
        x = scope.add("TRANSPOSE", [x, scope.parameter(view, "first", CHANNELS_FIRST)], first)
    if keeps_order(view.output):
        _add_reshape(scope, view, x, output)
        return
    planar = reordered(target, CHANNELS_FIRST)
    image = scope.value(f"{view.output.name}.planar", planar, scope.tensor(output).grid)
    _add_reshape(scope, view, x, image)
    scope.add("TRANSPOSE", [image, scope.parameter(view, "last", CHANNELS_LAST)], output)


def lower_slice(scope: Scope, view: NodeView) -> None:
    """Add STRIDED_SLICE: unsliced axes go from 0 to their size."""
    x = scope.read(view)
    cuts = [(0, size, 1) for size in scope.tensor(x).shape]
    given = (integers(view.node, name) for name in ("axes", "starts", "ends", "steps"))
    for axis, start, end, step in zip(*given, strict=True):
        cuts[axis] = (start, end, step)
    parameters = zip(("begin", "end", "strides"), zip(*cuts, strict=True), strict=True)
    inputs = [x, *(scope.parameter(view, role, values) for role, values in parameters)]
    scope.add("STRIDED_SLICE", inputs, scope.output(view.output.name), "StridedSliceOptions")


def lower_transpose(scope: Scope, view: NodeView) -> None:
    """Add TRANSPOSE: axis i of the output is axis order[i] of the input."""
    order = integers(view.node, "permutation")
    inputs = [scope.read(view), scope.parameter(view, "order", order)]
    scope.add("TRANSPOSE", inputs, scope.output(view.output.name), "TransposeOptions")


def _with_blocks_first(scope: Scope, view: NodeView, x: int, pixels: int) -> int:
    """Add what moves channel c * pixels + p to p * C + c."""
    like, name = scope.tensor(x), view.output.name
    batch, height, width, depth = like.shape
    channels = depth // pixels
    split = scope.value(f"{name}.split", (batch, height * width, channels, pixels), like.grid)
    _add_reshape(scope, view, x, split)
    moved = scope.value(f"{name}.moved", (batch, height * width, pixels, channels), like.grid)
    order = scope.parameter(view, "order", (0, 1, 3, 2))
    scope.add("TRANSPOSE", [split, order], moved, "TransposeOptions")
    joined = scope.value(f"{name}.joined", like.shape, like.grid)
    _add_reshape(scope, view, moved, joined)
    return joined


def _add_reshape(scope: Scope, view: NodeView, x: int, output: int) -> None:
    shape = scope.tensor(output).shape
    inputs = [x, scope.parameter(view, "shape", shape)]
    scope.add("RESHAPE", inputs, output, "ReshapeOptions", {"newShape": shape})
