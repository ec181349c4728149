"""TfliteFile -> ONNX model with the same outputs, images NCHW."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from onnx import ModelProto, TensorShapeProto

from compilers.hub.infer_shapes import infer_shapes
from compilers.tflite.decode import FileOp, TfliteFile
from compilers.tflite.user_file import elementwise, matrices, moves, weighted, windows
from compilers.tflite.user_file.operation import Operation
from compilers.tflite.user_file.translation import Translation
from zoo.errors import HubError

__all__ = ["OPERATORS", "to_onnx"]

OPERATORS: Mapping[str, Callable[[Operation], None]] = MappingProxyType(
    {
        **elementwise.OPERATORS,
        **matrices.OPERATORS,
        **moves.OPERATORS,
        **weighted.OPERATORS,
        **windows.OPERATORS,
    }
)
"""What translates each op."""

_SHAPE_READERS = ("EXPAND_DIMS", "RESHAPE", "SQUEEZE")
"""Ops whose further inputs only compute what the output's shape already says."""

_SEVERAL_ROUNDINGS = ("L2_NORMALIZATION", "LOG_SOFTMAX", "RSQRT", "SQUARED_DIFFERENCE")
"""Ops that are read as several others, each of which would round integers."""

_DAMAGED = (IndexError, ValueError, OverflowError, ZeroDivisionError, TypeError)
"""What indices, sizes and options raise that contradict each other."""


def to_onnx(file: TfliteFile, where: str) -> ModelProto:
    """Return the model; quantized tensors are written as QuantizeLinear and DequantizeLinear.

    where: the file, for messages. Raises UnsupportedOpError naming op and output, HubError for a
    file that contradicts itself.
    """
    try:
        translation = Translation(file, where)
        for op in _needed(file):
            _translate(Operation(translation, op), op, where)
        model = translation.finish()
    except _DAMAGED as error:
        raise HubError(
            f"{where}: its tensors contradict each other ({error}); convert the network again"
        ) from error
    _compare_shapes(translation, infer_shapes(model), where)
    return model


def _needed(file: TfliteFile) -> list[FileOp]:
    """Return the ops, in order, on which an output depends."""
    wanted, needed = set(file.outputs), []
    for op in reversed(file.ops):
        if wanted.intersection(op.outputs):
            needed.append(op)
            wanted.update(op.inputs[:1] if op.code in _SHAPE_READERS else op.inputs)
    return needed[::-1]


def _translate(operation: Operation, op: FileOp, where: str) -> None:
    if op.code not in OPERATORS:
        raise operation.refusal(*_absent(op.code))
    if op.code in _SEVERAL_ROUNDINGS and operation.is_quantized():
        raise operation.refusal(
            "it would round integers several times, LiteRT rounds once",
            "convert the network in float, and quantize it with --calib",
        )
    try:
        OPERATORS[op.code](operation)
    except _DAMAGED as error:
        raise HubError(
            f"{where}: op {op.code} of '{operation.name}': its inputs and options contradict each "
            f"other ({error}); the file is damaged: convert the network again"
        ) from error


def _absent(code: str) -> tuple[str, str]:
    """Return what was found and the remedy for an op that is not read."""
    kind, _, name = code.partition(" ")
    if kind != "CUSTOM":
        return (
            "this op is not read",
            "convert the network without it (docs/tflite.md lists the ops)",
        )
    if name.startswith("Flex"):
        return (
            f"{name} is an op of TensorFlow, which LiteRT has only with TensorFlow's library",
            "convert the network with TFLite's own ops (TFLITE_BUILTINS)",
        )
    return (
        f"{name or 'it'} is a custom op, of which the file does not say what it computes",
        "convert the network without it",
    )


def _compare_shapes(
    translation: Translation, inferred: Mapping[str, TensorShapeProto], where: str
) -> None:
    """Raise HubError if a tensor has another shape than its op gives it."""
    for name, declared in translation.declared_shapes().items():
        found = tuple(dim.dim_value for dim in inferred[name].dim) if name in inferred else declared
        if all(found) and found != declared:
            raise HubError(
                f"{where}: tensor '{name}' has the shape {list(declared)}, what computes it gives "
                f"{list(found)} (images as NCHW); the file is damaged, or its batch is fixed in "
                "some ops only: convert the network again"
            )
