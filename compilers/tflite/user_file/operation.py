"""One op of a .tflite file, as the function that translates it sees it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.tflite.decode import FileOp
from compilers.tflite.user_file.translation import Translation, is_quantized, laid_axis
from zoo.errors import UnsupportedOpError

__all__ = ["Operation"]

_NO_ACTIVATION, _RELU, _RELU_N1_TO_1, _RELU6, _TANH = range(5)
_BOUNDS = {_RELU_N1_TO_1: (-1, 1), _RELU6: (0, 6)}


class Operation:
    """Reads inputs and options, adds ONNX operators, gives outputs."""

    def __init__(self, translation: Translation, op: FileOp) -> None:
        self._translation, self._op = translation, op

    @property
    def outputs(self) -> int:
        """Number of outputs."""
        return len(self._op.outputs)

    @property
    def inputs(self) -> int:
        """Number of inputs, with omitted ones."""
        return len(self._op.inputs)

    def option(self, name: str) -> int:
        """Return an option."""
        return int(self._op.options[name])

    def real_option(self, name: str) -> float:
        """Return an option that is a float32."""
        return float(self._op.options[name])

    def has(self, index: int) -> bool:
        """Whether an optional input is given."""
        return index < self.inputs and self._op.inputs[index] >= 0

    def shape(self, index: int = 0) -> tuple[int, ...]:
        """Return an input's shape, in the file's order."""
        return self._translation.shape(self._input(index))

    def output_shape(self, index: int = 0) -> tuple[int, ...]:
        """Return an output's shape, in the file's order."""
        return self._translation.shape(self._op.outputs[index])

    def is_quantized(self, index: int = 0) -> bool:
        """Whether an input's integers stand for reals."""
        return is_quantized(self._translation.file.tensors[self._input(index)])

    def scales(self, index: int) -> tuple[float, ...]:
        """Return an input's scales."""
        return self._translation.file.tensors[self._input(index)].scales

    def value(self, index: int = 0) -> str:
        """Return the reals of an input."""
        return self._translation.value(self._input(index))

    def operand(self, index: int) -> str:
        """Return the reals of an input with as many axes as the output, to broadcast."""
        return self._translation.value(self._input(index), len(self.output_shape()))

    def array(self, index: int) -> NDArray[Any] | None:
        """Return an input as the file holds it if it is a constant."""
        return self._translation.array(self._input(index))

    def constant(self, index: int, role: str) -> NDArray[Any]:
        """Return an input that must be a constant; refuses one that is computed."""
        values = self.array(index)
        if values is None:
            name = self._translation.names[self._input(index)]
            raise self.refusal(
                f"its {role} '{name}' is computed, sparse or of an unknown type",
                "convert the network with fixed sizes and weights inside",
            )
        return values

    def constant_reals(self, index: int) -> NDArray[np.float32]:
        """Return the reals of a constant: float16 widened, integers dequantized."""
        values = self.constant(index, "values")
        if not self.is_quantized(index):
            return values.astype(np.float32)
        tensor = self._translation.file.tensors[self._input(index)]
        along = [1] * values.ndim
        if len(tensor.scales) > 1:
            along[tensor.axis] = len(tensor.scales)
        zeros = np.array(tensor.zero_points or (0,) * len(tensor.scales)).reshape(along)
        scale = np.array(tensor.scales, np.float32).reshape(along)
        reals: NDArray[np.float32] = (values - zeros).astype(np.float32) * scale
        return reals

    def integers(self, index: int, role: str) -> list[int]:
        """Return an input that must be constant integers, flat."""
        values = self.constant(index, role)
        if values.dtype.kind != "i":
            raise self.refusal(f"its {role} are {values.dtype}", "convert the network again")
        return [int(value) for value in values.reshape(-1)]

    def weight(self, index: int, values: NDArray[Any], axis: int) -> str:
        """Add a constant input whose values were moved. axis: of its scales in `values`."""
        return self._translation.constant_of(self._input(index), values, axis)

    def parameter(self, role: str, values: Any, dtype: type = np.int64) -> str:  # noqa: ANN401
        """Add a constant that the file lacks."""
        return self._translation.constant(f"{self.name}.{role}", np.array(values, dtype))

    def axis(self, axis: int, index: int = 0) -> int:
        """Return the model's axis of an input's axis in the file."""
        return laid_axis(axis, len(self.shape(index)))

    def add(self, op_type: str, *inputs: str, **attributes: object) -> str:
        """Add an ONNX operator and return its value."""
        output = self._translation.fresh(f"{self.name}/{op_type}")
        return self._translation.add(op_type, inputs, output, **attributes)

    def reshaped(self, value: str, shape: Sequence[int], target: Sequence[int]) -> str:
        """Return a value in another shape, both in the file's order."""
        return self._translation.reshaped(value, shape, target)

    def clipped(self, value: str, low: float, high: float) -> str:
        """Return a value within bounds."""
        bounds = (self.parameter("bound", bound, np.float32) for bound in (low, high))
        return self.add("Clip", value, *bounds)

    def filled(self, shape: Sequence[int], level: int, step: float = 1.0) -> str:
        """Add a constant of equal integers."""
        scale = self.parameter("scale", step, np.float32)
        levels = self.parameter("levels", np.full(shape, level), np.int8)
        return self.add("DequantizeLinear", levels, scale)

    def stored(self, value: str) -> str:
        """Return a value as the output stores it, before it is moved further."""
        return self._translation.stored(self._op.outputs[0], value)

    def give(self, value: str, index: int = 0) -> None:
        """Set an output, after the op's fused activation if it has one."""
        fused = int(self._op.options.get("fused_activation_function", _NO_ACTIVATION))
        if fused in _BOUNDS:
            value = self.clipped(value, *_BOUNDS[fused])
        elif fused in (_RELU, _TANH):
            value = self.add("Relu" if fused == _RELU else "Tanh", value)
        elif fused != _NO_ACTIVATION:
            raise self.refusal(f"its fused activation has the number {fused}", "use RELU or RELU6")
        self._translation.give(self._op.outputs[index], value)

    def fold(self, values: NDArray[Any]) -> None:
        """Set the output, which constants alone determine."""
        self._translation.fold(self._op.outputs[0], values)

    @property
    def name(self) -> str:
        """The name of the first output."""
        return self._translation.names[self._op.outputs[0]]

    def refusal(self, found: str, remedy: str) -> UnsupportedOpError:
        """Return the error for a use of the op that is not supported."""
        where = self._translation.where
        return UnsupportedOpError(
            f"{where}: op {self._op.code} of '{self.name}': {found}; {remedy}"
        )

    def _input(self, index: int) -> int:
        if not self.has(index):
            raise self.refusal(
                f"it has no input {index}", "the file is damaged: convert the network again"
            )
        return self._op.inputs[index]
