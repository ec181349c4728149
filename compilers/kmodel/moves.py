"""Ops that move bytes in the CPU's main memory, or need no step at all."""

import numpy as np

from compilers.kmodel.kpu_layout import group_of
from compilers.kmodel.scope import Scope
from compilers.kmodel.steps import Setting
from compilers.op_parts.arguments import integer, integers
from zoo.lowering import NodeView

__all__ = [
    "lower_clip",
    "lower_concat",
    "lower_dequantize",
    "lower_pad",
    "lower_quantize",
    "lower_reshape",
    "lower_slice",
    "lower_table",
    "lower_transpose",
]

_AXES = 4


def lower_quantize(scope: Scope, view: NodeView) -> None:
    """Lower to an input of the file, which holds integers."""
    name = view.node.inputs[0]
    if scope.graph.border.inputs.get(name) != view.output:
        view.refuse(
            f"it quantizes '{name}' inside the network, or an input that is read elsewhere too",
            "quantize the whole network",
        )
    scope.inputs[name] = view.output.name


def lower_dequantize(scope: Scope, view: NodeView) -> None:
    """Lower to an output of the file, which holds reals."""
    if view.output.name not in scope.graph.outputs or scope.graph.consumers(view.output.name):
        view.refuse("it computes reals inside the network", "quantize the whole network")
    grid = view.input_grid
    settings = {"scale": grid.scale[0], "zero_point": grid.zero_point[0]}
    scope.add_cpu(view, "dequantize", (view.inputs[0].name,), view.output.name, settings)


def lower_reshape(scope: Scope, view: NodeView) -> None:
    """Lower to nothing: main memory has the Graph's order."""
    scope.same_bytes(view.inputs[0].name, view.output.name)


def lower_concat(scope: Scope, view: NodeView) -> None:
    """Lower to images one behind the other in the KPU's memory, or to the CPU's copies."""
    parts, axis = [tensor.name for tensor in view.inputs], integer(view.node, "axis")
    grids = {tensor.quantization for tensor in (*view.inputs, view.output)}
    if len(grids) > 1:
        view.refuse(
            "its inputs and output have several scales; bytes are copied",
            "quantize with the scheme kpu-u8",
        )
    output = view.output.name
    if axis == 1 and len(scope.shapes[output]) == _AXES - 1:
        images = [scope.image(view, part) for part in parts]
        _, height, width = images[0]
        limits = scope.limits
        is_large = height >= limits.height_min and width >= limits.width_min
        group = group_of(width)
        if is_large and not any(image[0] % group for image in images[:-1]):
            scope.join(view, output, parts)
            return
    shapes = [scope.shapes[part] for part in parts]
    lengths = tuple(shape[axis - 1] for shape in shapes)
    settings: dict[str, Setting] = {
        "outer": int(np.prod(shapes[0][: axis - 1])),
        "inner": int(np.prod(shapes[0][axis:])),
        "lengths": lengths,
    }
    scope.add_cpu(view, "concat", parts, output, settings)


def lower_pad(scope: Scope, view: NodeView) -> None:
    """Lower to the CPU's copy with a border."""
    source, (value,) = view.inputs[0].name, view.fixed("value")
    shape = scope.shapes[source]
    _require_axes(view, shape)
    before = integers(view.node, "before")[1:]
    scope.add_pad(view, source, view.output.name, shape, before, value)


def lower_slice(scope: Scope, view: NodeView) -> None:
    """Lower to the CPU's copy of a part."""
    source = view.inputs[0].name
    shape = scope.shapes[source]
    begin, end, strides = [0] * len(shape), list(shape), [1] * len(shape)
    keys = ("axes", "starts", "ends", "steps")
    for axis, start, stop, step in zip(*(integers(view.node, key) for key in keys), strict=True):
        begin[axis - 1], end[axis - 1], strides[axis - 1] = start, stop, step
    _require_axes(view, shape)
    settings = {
        "shape": shape,
        "begin": tuple(begin),
        "end": tuple(end),
        "strides": tuple(strides),
    }
    scope.add_cpu(view, "slice", (source,), view.output.name, settings)


def lower_transpose(scope: Scope, view: NodeView) -> None:
    """Lower to the CPU's copy in another order."""
    source = view.inputs[0].name
    shape = scope.shapes[source]
    _require_axes(view, shape)
    order = tuple(axis - 1 for axis in integers(view.node, "permutation")[1:])
    settings = {"shape": shape, "order": order}
    scope.add_cpu(view, "transpose", (source,), view.output.name, settings)


def lower_table(scope: Scope, view: NodeView) -> None:
    """Lower any function of one number to the CPU's lookup."""
    table = bytes(view.fixed("table"))
    scope.add_cpu(view, "table", (view.inputs[0].name,), view.output.name, {"table": table})


def lower_clip(scope: Scope, view: NodeView) -> None:
    """Lower to a lookup."""
    low, high = view.fixed("range")
    table = bytes(np.arange(256).clip(low, high).tolist())
    scope.add_cpu(view, "table", (view.inputs[0].name,), view.output.name, {"table": table})


def _require_axes(view: NodeView, shape: tuple[int, ...]) -> None:
    if len(shape) >= _AXES:
        view.refuse(
            f"it has {len(shape) + 1} axes; the runtime's nodes have {_AXES}", "reshape before it"
        )
