"""Arithmetic with broadcasting, functions of one number, and softmax."""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import numpy as np

from compilers.tflite.user_file.operation import Operation

__all__ = ["OPERATORS"]


def _arithmetic(op_type: str, op: Operation) -> None:
    op.give(op.add(op_type, op.operand(0), op.operand(1)))


def _negative(op: Operation) -> None:
    if op.is_quantized():
        raise op.refusal(
            "LiteRT negates the integers as they are, regardless of their zero points",
            "multiply by -1, or convert the network in float",
        )
    _function("Neg", op)


def _quotient(op: Operation) -> None:
    """DIV: integers by one constant, whose reciprocal is the step of a factor 1."""
    if not op.is_quantized():
        _arithmetic("Div", op)
        return
    if op.array(1) is None or (divisor := op.constant_reals(1)).size != 1 or divisor.item() <= 0:
        raise op.refusal(
            "it divides integers by other than one positive constant",
            "multiply by the reciprocal, or convert the network in float",
        )
    op.give(op.add("Mul", op.operand(0), op.filled((), 1, 1 / divisor.item())))


def _bound(op_type: str, op: Operation) -> None:
    """MAXIMUM and MINIMUM, of a single constant as a scalar."""
    operands = [op.operand(0), op.operand(1)]
    for index in (0, 1):
        values = op.array(index)
        if values is not None and values.size == 1:
            bound = op.constant_reals(index).reshape(())
            operands[index] = op.parameter("bound", bound, np.float32)
    op.give(op.add(op_type, *operands))


def _squared_difference(op: Operation) -> None:
    difference = op.add("Sub", op.operand(0), op.operand(1))
    op.give(op.add("Mul", difference, difference))


def _function(op_type: str, op: Operation) -> None:
    op.give(op.add(op_type, op.value()))


def _clip(low: float, high: float, op: Operation) -> None:
    op.give(op.clipped(op.value(), low, high))


def _square(op: Operation) -> None:
    op.give(op.add("Mul", op.value(), op.value()))


def _reciprocal_root(op: Operation) -> None:
    op.give(op.add("Reciprocal", op.add("Sqrt", op.value())))


def _gelu(op: Operation) -> None:
    approximate = "tanh" if op.option("approximate") else "none"
    op.give(op.add("Gelu", op.value(), approximate=approximate))


def _leaky_relu(op: Operation) -> None:
    op.give(op.add("LeakyRelu", op.value(), alpha=op.real_option("alpha")))


def _prelu(op: Operation) -> None:
    op.give(op.add("PRelu", op.value(), op.operand(1)))


def _softmax(op: Operation) -> None:
    """SOFTMAX along the last axis of beta * x."""
    x, beta = op.value(), op.real_option("beta")
    if beta != 1 and op.is_quantized():
        raise op.refusal(
            f"its factor is {beta:g}, and a product of integers would be rounded before it",
            "convert the network with a factor of 1",
        )
    if beta != 1:
        x = op.add("Mul", x, op.parameter("beta", beta, np.float32))
    op.give(op.add("Softmax", x, axis=op.axis(-1)))


def _along_channels(op_type: str, op: Operation) -> None:
    op.give(op.add(op_type, op.value(), axis=op.axis(-1)))


def _quantize(op: Operation) -> None:
    """QUANTIZE: the tensors' own scales say everything."""
    op.give(op.value())


def _dequantize(op: Operation) -> None:
    """DEQUANTIZE, also of float16; of a constant, a constant."""
    if op.array(0) is None:
        op.give(op.value())
    else:
        op.fold(op.constant_reals(0))


def _densify(op: Operation) -> None:
    """DENSIFY: a constant without its sparsity, which reading it resolves."""
    op.fold(op.constant(0, "values"))


OPERATORS: Mapping[str, Callable[[Operation], None]] = MappingProxyType(
    {
        "ABS": partial(_function, "Abs"),
        "ADD": partial(_arithmetic, "Add"),
        "COS": partial(_function, "Cos"),
        "DENSIFY": _densify,
        "DEQUANTIZE": _dequantize,
        "DIV": _quotient,
        "ELU": partial(_function, "Elu"),
        "EXP": partial(_function, "Exp"),
        "GELU": _gelu,
        "HARD_SWISH": partial(_function, "HardSwish"),
        "L2_NORMALIZATION": partial(_along_channels, "LpNormalization"),
        "LEAKY_RELU": _leaky_relu,
        "LOG": partial(_function, "Log"),
        "LOGISTIC": partial(_function, "Sigmoid"),
        "LOG_SOFTMAX": partial(_along_channels, "LogSoftmax"),
        "MAXIMUM": partial(_bound, "Max"),
        "MINIMUM": partial(_bound, "Min"),
        "MUL": partial(_arithmetic, "Mul"),
        "NEG": _negative,
        "POW": partial(_arithmetic, "Pow"),
        "PRELU": _prelu,
        "QUANTIZE": _quantize,
        "RELU": partial(_function, "Relu"),
        "RELU6": partial(_clip, 0, 6),
        "RELU_0_TO_1": partial(_clip, 0, 1),
        "RELU_N1_TO_1": partial(_clip, -1, 1),
        "RSQRT": _reciprocal_root,
        "SIN": partial(_function, "Sin"),
        "SOFTMAX": _softmax,
        "SQRT": partial(_function, "Sqrt"),
        "SQUARE": _square,
        "SQUARED_DIFFERENCE": _squared_difference,
        "SUB": partial(_arithmetic, "Sub"),
        "TANH": partial(_function, "Tanh"),
    }
)
