"""Products of two computed matrices."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from compilers.tflite.user_file.operation import Operation
from zoo.layout import CHANNELS_FIRST, CHANNELS_LAST

__all__ = ["OPERATORS"]

_IMAGE_AXES = len(CHANNELS_LAST)


def _batch_matmul(op: Operation) -> None:
    """BATCH_MATMUL: the last two axes are the matrices, which adj_x and adj_y transpose."""
    operands = [_operand(op, 0, "adj_x"), _operand(op, 1, "adj_y")]
    product = op.add("MatMul", *operands)
    is_image = len(op.output_shape()) == _IMAGE_AXES
    op.give(op.add("Transpose", product, perm=CHANNELS_FIRST) if is_image else product)


def _operand(op: Operation, index: int, adjoint: str) -> str:
    """Return an input in the file's order, its matrices transposed if the option says so."""
    rank, values = len(op.shape(index)), op.array(index)
    rows, columns = rank - 2, rank - 1
    order = [*range(rows), columns, rows] if op.option(adjoint) else list(range(rank))
    if values is not None:
        return op.weight(index, values.transpose(order), 0)
    if rank == _IMAGE_AXES:
        order = [CHANNELS_LAST[axis] for axis in order]
    value = op.value(index)
    return value if order == list(range(rank)) else op.add("Transpose", value, perm=order)


OPERATORS: Mapping[str, Callable[[Operation], None]] = MappingProxyType(
    {"BATCH_MATMUL": _batch_matmul}
)
