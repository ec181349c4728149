"""Functions of one tensor: in integers if TFLite's kernel supports the scales, otherwise in
reals."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from compilers.op_parts.arguments import real
from compilers.op_parts.arithmetic import dequantize
from compilers.tflite.scope import Scope
from zoo.lowering import NodeView

__all__ = [
    "lower_hard_sigmoid",
    "lower_hardswish",
    "lower_leaky_relu",
    "lower_prelu",
    "lower_sigmoid",
    "lower_softmax",
    "lower_table",
    "lower_tanh",
]

_PLAIN: Mapping[str, object] = MappingProxyType({"fusedActivationFunction": "NONE"})
_CLASSES_MAX = 1023
"""Classes of an int32 softmax: twice the sum of that many exponentials of 2**20 is below 2**31."""
_STEPS_LOG2_MAX = 8
_TABLE_BITS = 8
_RATIO_MAX = 100
"""Maximum ratio of input and output scale, either way; TFLite's kernels support up to 128."""


@dataclass(frozen=True)
class _Function:
    """An op of the file. further: inputs after the first one.

    options, settings: as in TfliteOp.
    """

    code: str
    options: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    further: Sequence[int] = ()


def lower_sigmoid(scope: Scope, view: NodeView) -> None:
    """Add LOGISTIC: in integers, TFLite uses steps of 1/256 from 0."""
    in_integers = _is_stored_as(view, 1 / 256, -128)
    _add_function(scope, view, _Function("LOGISTIC"), in_integers=in_integers)


def lower_tanh(scope: Scope, view: NodeView) -> None:
    """Add TANH: in integers, TFLite uses steps of 1/128 around 0."""
    in_integers = _is_stored_as(view, 1 / 128, 0)
    _add_function(scope, view, _Function("TANH"), in_integers=in_integers)


def lower_hardswish(scope: Scope, view: NodeView) -> None:
    """Add HARD_SWISH, in integers exact to one step."""
    function = _Function("HARD_SWISH", "HardSwishOptions")
    _add_function(scope, view, function, in_integers=_have_near_scales(view))


def lower_leaky_relu(scope: Scope, view: NodeView) -> None:
    """Add LEAKY_RELU, in integers exact to one step."""
    function = _Function("LEAKY_RELU", "LeakyReluOptions", {"alpha": real(view.node, "alpha")})
    _add_function(scope, view, function, in_integers=_have_near_scales(view))


def lower_hard_sigmoid(scope: Scope, view: NodeView) -> None:
    """Add MUL, ADD with a fused ReLU, and MINIMUM: min(relu(alpha * x + beta), 1), in reals."""
    alpha, beta, one = (
        scope.constant(f"{view.output.name}.{role}", np.array([value]), "float32")
        for role, value in (
            ("alpha", real(view.node, "alpha")),
            ("beta", real(view.node, "beta")),
            ("one", 1),
        )
    )
    steps = (
        _Function("MUL", "MulOptions", {"fusedActivationFunction": "NONE"}, (alpha,)),
        _Function("ADD", "AddOptions", {"fusedActivationFunction": "RELU"}, (beta,)),
        _Function("MINIMUM", "MaximumMinimumOptions", further=(one,)),
    )
    _add_function(scope, view, *steps, in_integers=False)


def lower_prelu(scope: Scope, view: NodeView) -> None:
    """Add PRELU, in reals like the slopes, which become [1, 1, C] for images or [C, 1, ..]."""
    x, slope = view.inputs
    assert slope.data is not None
    reals = dequantize(slope.data, slope.quantization) if slope.quantization else slope.data
    is_image, rank = x.layout == "NHWC", len(x.shape)
    channels = int(x.shape[-1 if is_image else 1])
    shape = (1, 1, channels) if is_image else (channels, *(1,) * (rank - 2))
    slopes = np.broadcast_to(reals.reshape(-1), (channels,)).reshape(shape)
    further = (scope.constant(slope.name, slopes, "float32"),)
    _add_function(scope, view, _Function("PRELU", further=further), in_integers=False)


def lower_table(scope: Scope, view: NodeView) -> None:
    """Add CAST, ADD and GATHER: the integers, offset to start at 0, index a table of integers."""
    x, output, name = scope.read(view), scope.output(view.output.name), view.output.name
    grid, stored = scope.tensor(x).grid, scope.tensor(output).grid
    if grid is None or stored is None:
        view.refuse(
            "TFLite has no such function for floats; integers use a table",
            "quantize the network with --quant ptq",
        )
    shape, offset = scope.tensor(x).shape, view.output_grid.qmin - stored.qmin
    integers = scope.places(f"{name}.integers", shape)
    scope.add("CAST", [x], integers, "CastOptions", {"inDataType": "INT8", "outDataType": "INT32"})
    lowest = scope.constant(f"{name}.lowest", np.array([-grid.qmin]), "int32")
    places = scope.places(f"{name}.places", shape)
    scope.add("ADD", [integers, lowest], places, "AddOptions", {"fusedActivationFunction": "NONE"})
    table = np.array(view.fixed("table")) - offset
    inputs = [scope.constant(f"{name}.table", table, scope.tensor(output).dtype, stored), places]
    scope.add("GATHER", inputs, output, "GatherOptions", {"axis": 0})


def lower_softmax(scope: Scope, view: NodeView) -> None:
    """Add SOFTMAX along the last axis, as compilers.passes.softmax_last leaves it.

    Integers in steps of 2**-p, such as 1/256, are divided as integers instead: TFLite's int8 kernel
    uses 16-bit exponentials on 64-bit ARM and float32 elsewhere, so boards would differ from PCs by
    up to 2 steps.
    """
    if _is_divided(view):
        _divide(scope, view)
        return
    function = _Function("SOFTMAX", "SoftmaxOptions", {"beta": 1.0})
    _add_function(scope, view, function, in_integers=False)


def _is_divided(view: NodeView) -> bool:
    """Return whether `_divide` supports a softmax: its numbers fit 32 bits."""
    stored = view.output.quantization
    if stored is None or stored.bits != _TABLE_BITS or int(view.output.shape[-1]) > _CLASSES_MAX:
        return False
    mantissa, exponent = math.frexp(stored.scale[0])
    return mantissa == 0.5 and _STEPS_LOG2_MAX >= 1 - exponent >= 0


def _divide(scope: Scope, view: NodeView) -> None:
    """Add the reference's softmax, op by op in int32.

    With e[k] = table[max q - q[k]]: y[k] = min((2 * e[k] / s_out + sum e) / (2 * sum e) + z, 127),
    with integer division. This rounds half up, while the reference rounds half to even.
    """
    add = _Places(scope, view)
    shape, stored = (
        scope.tensor(scope.read(view)).shape,
        scope.tensor(scope.output(view.output.name)),
    )
    one = (*shape[:-1], 1)
    axes, keep = scope.parameter(view, "axes", (len(shape) - 1,)), {"keepDims": True}
    assert stored.grid is not None
    types = {"inDataType": "INT8", "outDataType": "INT32"}
    q = add("integers", shape, "CAST", [scope.read(view)], "CastOptions", types)
    largest = add("largest", one, "REDUCE_MAX", [q, axes], "ReducerOptions", keep)
    distance = add("distances", shape, "SUB", [largest, q], "SubOptions", _PLAIN)
    table = add.constant("powers", view.fixed("table"))
    power = add("power", shape, "GATHER", [table, distance], "GatherOptions", {"axis": 0})
    total = add("total", one, "SUM", [power, axes], "ReducerOptions", keep)
    twice = add("twice", one, "ADD", [total, total], "AddOptions", _PLAIN)
    steps = add.constant("steps", (round(2 / stored.grid.scale[0]),))
    scaled = add("scaled", shape, "MUL", [power, steps], "MulOptions", _PLAIN)
    raised = add("raised", shape, "ADD", [scaled, total], "AddOptions", _PLAIN)
    level = add("level", shape, "DIV", [raised, twice], "DivOptions", _PLAIN)
    zero = add.constant("zero", stored.grid.zero_point)
    moved = add("moved", shape, "ADD", [level, zero], "AddOptions", _PLAIN)
    most = add.constant("most", (stored.grid.qmax,))
    clipped = add("clipped", shape, "MINIMUM", [moved, most], "MaximumMinimumOptions")
    types = {"inDataType": "INT32", "outDataType": "INT8"}
    scope.add("CAST", [clipped], scope.output(view.output.name), "CastOptions", types)


@dataclass(frozen=True)
class _Places:
    """Adds int32 ops, named after the node's output and a word."""

    scope: Scope
    view: NodeView

    def __call__(
        self,
        word: str,
        shape: Sequence[int],
        code: str,
        inputs: Sequence[int],
        options: str,
        settings: Mapping[str, object] = MappingProxyType({}),
    ) -> int:
        output = self.scope.places(f"{self.view.output.name}.{word}", shape)
        return self.scope.add(code, inputs, output, options, settings)

    def constant(self, word: str, values: Sequence[int]) -> int:
        return self.scope.parameter(self.view, word, values)


def _add_function(scope: Scope, view: NodeView, *functions: _Function, in_integers: bool) -> None:
    """Add consecutive ops on the node's first input.

    in_integers: whether the only op's integer kernel supports the node's scales and is exact to one
    step; otherwise an integer graph has them between DEQUANTIZE and QUANTIZE, rounded once like
    the reference's table.
    """
    x, output = scope.read(view), scope.output(view.output.name)
    if scope.tensor(x).grid is None or in_integers:
        _add(scope, view, functions, x, output)
        return
    real = scope.value(f"{view.output.name}.argument", scope.tensor(x).shape, None)
    scope.add("DEQUANTIZE", [x], real, "DequantizeOptions")
    result = scope.value(f"{view.output.name}.real", scope.tensor(output).shape, None)
    _add(scope, view, functions, real, result)
    scope.add("QUANTIZE", [result], output, "QuantizeOptions")


def _is_stored_as(view: NodeView, scale: float, zero_point: int) -> bool:
    """Return whether the output has 8 bits in these steps, zero_point as in int8."""
    grid = view.output.quantization
    if grid is None or grid.bits != _TABLE_BITS:
        return False
    offset = 0 if grid.signed else 128
    return (grid.scale, grid.zero_point) == ((scale,), (zero_point + offset,))


def _have_near_scales(view: NodeView) -> bool:
    """Return whether first input and output are integers of 8 bits with similar steps."""
    source, stored = view.inputs[0].quantization, view.output.quantization
    if source is None or stored is None or {source.bits, stored.bits} != {_TABLE_BITS}:
        return False
    ratio = source.scale[0] / stored.scale[0]
    return 1 / _RATIO_MAX <= ratio <= _RATIO_MAX


def _add(scope: Scope, view: NodeView, functions: Sequence[_Function], x: int, output: int) -> None:
    for place, function in enumerate(functions, start=1):
        is_last = place == len(functions)
        shape = scope.tensor(output).shape
        result = output if is_last else scope.value(f"{view.output.name}.{place}", shape, None)
        inputs = [x, *function.further]
        x = scope.add(function.code, inputs, result, function.options, function.settings)
