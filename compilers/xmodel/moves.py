"""Ops that move values."""

from collections.abc import Sequence

from compilers.op_parts.arguments import integer, integers
from compilers.passes.channels_last import keeps_order
from compilers.xmodel.flat_images import AS_IT_LIES
from compilers.xmodel.rectifier import add_rectified
from compilers.xmodel.scope import Scope, file_shape
from zoo.layout import CHANNELS_FIRST, CHANNELS_LAST, reordered
from zoo.lowering import NodeView

__all__ = ["lower_concat", "lower_reshape", "lower_transpose"]


def lower_concat(scope: Scope, view: NodeView) -> None:
    """Add 'concat', and one fix for all: the DPU copies bytes, so all share one fix point."""
    arguments = {"input": [scope.read(name) for name in view.node.inputs]}
    add_rectified(scope, view, "concat", arguments, {"axis": integer(view.node, "axis")})


def lower_reshape(scope: Scope, view: NodeView) -> None:
    """Add 'reshape', with a 'transpose' before or after it if the order of values differs.

    The latter runs on the CPU; dense layers read an image as stored.
    """
    output = view.output
    name, op = scope.name_of(output.name), scope.read(view.node.inputs[0])
    if not (keeps_order(view.inputs[0]) or view.node.attributes.get(AS_IT_LIES)):
        op = _moved(scope, scope.new_name(f"{name}.channels_first"), op, CHANNELS_FIRST)
    target = file_shape(output.shape)
    if keeps_order(output):
        scope.bind(output.name, _reshaped(scope, name, op, target))
        return
    planar = reordered(target, CHANNELS_FIRST)
    op = _reshaped(scope, scope.new_name(f"{name}.channels_first"), op, planar)
    scope.bind(output.name, _moved(scope, name, op, CHANNELS_LAST))


def lower_transpose(scope: Scope, view: NodeView) -> None:
    """Add 'transpose'."""
    op, name = scope.read(view.node.inputs[0]), scope.name_of(view.output.name)
    scope.bind(view.output.name, _moved(scope, name, op, integers(view.node, "permutation")))


def _moved(scope: Scope, name: str, op: str, order: Sequence[int]) -> str:
    """Add a transpose: axis i of the result is axis order[i] of `op`."""
    shape = tuple(scope.shape(op)[axis] for axis in order)
    return scope.add(name, "transpose", shape, {"input": (op,)}, {"order": tuple(order)})


def _reshaped(scope: Scope, name: str, op: str, shape: tuple[int, ...]) -> str:
    return scope.add(name, "reshape", shape, {"input": (op,)}, {"shape": shape})
