"""Checks an op plugin's ONNX form, without a network."""

from collections.abc import Iterator

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import FunctionProto
from onnx.reference import ReferenceEvaluator

from compilers.hub.functions import op_function
from compilers.op_table import claims
from zoo.errors import PluginError
from zoo.graph import Node
from zoo.op import Op
from zoo.table_op import TableOp

__all__ = ["op_faults"]

_OPSET = 21
_LIMIT = 8.0
"""Where a function of one number is compared: -8..8, within its domain."""
_POINTS = 4097
_TOLERANCE = 1e-3
"""Half of the smallest step of 8 bits over the same numbers is larger."""


def op_faults(op: Op) -> list[str]:
    """Return what is wrong with an op's operator types and its ONNX function."""
    wrong = list(_type_faults(op))
    if op.onnx_function and not wrong:
        try:
            wrong = list(_function_faults(op, op_function(op)))
        except PluginError as error:
            wrong = [str(error)]
    return wrong


def _type_faults(op: Op) -> Iterator[str]:
    if isinstance(op, TableOp) and not op.onnx_types:
        yield "has no onnx_types; a table op is written as the first of them"
    for op_type in op.onnx_types:
        others = [f"'{name}'" for name in claims(op_type) if name != op.name]
        if others:
            yield (
                f"parses ONNX operator {op_type}, as does op {' and '.join(others)}; keep one of "
                "them"
            )
    unknown = [t for t in op.onnx_types if not onnx.defs.has(t)]
    if unknown and not op.onnx_function:
        yield (
            f"parses '{unknown[0]}', which is not an ONNX operator; correct the name, or define "
            "it in onnx_function"
        )


def _function_faults(op: Op, function: FunctionProto) -> Iterator[str]:
    if function.name not in op.onnx_types:
        yield (
            f"its onnx_function defines '{function.name}', its onnx_types are "
            f"{', '.join(op.onnx_types) or 'none'}; give both the same name"
        )
    elif onnx.defs.has(function.name):
        yield f"its onnx_function defines '{function.name}', an operator of ONNX; rename it"
    unknown = sorted({n.op_type for n in function.node if not onnx.defs.has(n.op_type, n.domain)})
    if unknown:
        yield (
            f"its onnx_function uses '{unknown[0]}', which is not an ONNX operator; compose it "
            f"from operators of opset {_OPSET}"
        )
    elif isinstance(op, TableOp):
        yield from _table_faults(op, function)


def _table_faults(op: TableOp, function: FunctionProto) -> Iterator[str]:
    """Compare a table op's `activate` with its function, computed by the onnx package."""
    if len(function.input) != 1 or len(function.output) != 1:
        yield (
            f"its onnx_function has {len(function.input)} inputs and {len(function.output)} "
            "outputs; a table op has one of each"
        )
    elif not function.attribute:
        x = _points(op)
        try:
            stated = op.evaluate(_node(op), x)
            (computed,) = ReferenceEvaluator(function).run(None, {function.input[0]: x}, {})
        # Its exceptions have no common type.
        except Exception as error:
            yield f"its onnx_function cannot be computed ({error}); correct it"
            return
        yield from _differences(x, stated, np.asarray(computed))


def _points(op: TableOp) -> NDArray[np.float32]:
    low, high = op.domain(_node(op))
    return np.linspace(max(low, -_LIMIT), min(high, _LIMIT), _POINTS, dtype=np.float32)


def _node(op: Op) -> Node:
    return Node(op.name, op.name, ("x",), "y")


def _differences(
    x: NDArray[np.float32], stated: NDArray[np.float32], computed: NDArray[np.float32]
) -> Iterator[str]:
    both = np.isfinite(stated) & np.isfinite(computed)
    span = float(np.ptp(stated[both])) if both.any() else 0.0
    apart = np.where(both, np.abs(stated - computed), 0.0)
    apart[np.isnan(stated) != np.isnan(computed)] = np.inf
    worst = int(apart.argmax())
    if apart[worst] > _TOLERANCE * max(span, 1e-6):
        yield (
            f"at x = {x[worst]:.6g} its `activate` returns {stated[worst]:.6g}, its onnx_function "
            f"{computed[worst]:.6g}; both must compute the same function"
        )
