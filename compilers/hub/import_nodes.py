"""Imports ONNX nodes one by one."""

import math
from collections.abc import Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from types import MappingProxyType

import numpy as np
from onnx import TensorProto

from compilers.fresh_name import reserve_name
from compilers.hub.compose import compose
from compilers.hub.constant_notes import Notes, apply_note
from compilers.hub.functions import ACCUMULATOR, DOMAIN, ROUNDINGS, check_call, is_function
from compilers.hub.onnx_node import OnnxNode
from compilers.hub.quantized_operators import CONTRIB, is_on_integers, spell_out
from compilers.hub.read_quantization import integer_type, read_quantization
from compilers.hub.shape_arithmetic import fold_sizes, sizes_of
from compilers.hub.split import slices_of_split
from compilers.op_parts.arguments import operand
from compilers.op_parts.arithmetic import dequantize, quantize
from compilers.op_table import find_onnx_type, no_op_plugin
from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Node, Quantization, Shape, Tensor
from zoo.op import OnnxCall, Op

__all__ = ["NodeImporter", "activation"]


def activation(name: str, shape: Shape, quantization: Quantization | None = None) -> Tensor:
    """Return a computed tensor; four axes mean an image. Raises HubError if it is huge."""
    if math.prod(size for size in shape if isinstance(size, int)) > _VALUES_MAX:
        raise HubError(
            f"tensor '{name}' of shape {shape} has more than {_VALUES_MAX} values; check the "
            "network's input size"
        )
    dtype = quantization.dtype if quantization else "float32"
    return Tensor(name, shape, dtype, "NCHW" if len(shape) == 4 else "", quantization)


class NodeImporter:
    """The nodes imported so far: Graph nodes, and a tensor for each ONNX value.

    values: ONNX values by name; a constant or a copy may be a tensor with another name.
    taken: all names in the file.
    """

    def __init__(self, where: str, taken: AbstractSet[str], notes: Notes) -> None:
        self.nodes: list[Node] = []
        self.tensors: dict[str, Tensor] = {}
        self._where = where
        self._notes = notes
        self._taken = set(taken)
        self._values: dict[str, Tensor] = {}

    def add_value(self, tensor: Tensor) -> None:
        """Add an input or an initialiser."""
        self._values[tensor.name] = tensor

    def add_node(self, node: OnnxNode) -> None:
        """Add a node with known inputs; raises UnsupportedOpError naming it."""
        where = f"{self._where}: node '{node.name}' ({node.op_type})"
        inputs = tuple(self._value(name, where) for name in node.inputs)
        call = OnnxCall(node.op_type, node.attributes, inputs, where)
        node = replace(node, domain="" if node.domain == "ai.onnx" else node.domain)
        if is_on_integers(node):
            self._add_parts(*spell_out(node, self._values, self._fresh, where))
            return
        composed = compose(node, call, self._fresh)
        if composed is not None:
            self._add_parts(composed.constants, composed.nodes)
            return
        kind = node.domain, node.op_type
        if kind == ("", "Split"):
            self._split(call, node)
            return
        self._values[node.outputs[0]] = _HANDLERS.get(kind, NodeImporter._op)(self, call, node)

    def output(self, name: str) -> Tensor:
        """Return the tensor of a network output."""
        tensor = self._value(name, f"{self._where}: output '{name}'")
        if tensor is None or tensor.is_constant:
            raise HubError(
                f"{self._where}: output '{name}' is a constant; remove it from the outputs"
            )
        return tensor

    def _value(self, name: str, where: str) -> Tensor | None:
        if name and name not in self._values:
            raise HubError(
                f"{where}: it reads '{name}', which is not the first output of an earlier node; "
                "further outputs (masks, indices) are not supported: export without them"
            )
        return self._values[name] if name else None

    def _op(self, call: OnnxCall, node: OnnxNode) -> Tensor:
        first = call.inputs[0] if call.inputs else None
        if first is not None and first.quantization and not first.is_constant:
            return self._moved(call, node, first, first.quantization)
        _refuse_integers(call)
        if all(tensor is None or tensor.is_constant for tensor in call.inputs):
            return self._sizes(call, node)
        op = _find_op(node, call.where)
        parsed = op.parse(call)
        names = tuple(self._use(tensor, call.where) for tensor in parsed.inputs)
        new = Node(node.name, op.name, names, node.outputs[0], parsed.attributes)
        shape = op.infer_shape(new, [self.tensors[name] for name in names])
        return self._append(new, activation(new.output, shape))

    def _moved(
        self, call: OnnxCall, node: OnnxNode, integers: Tensor, grid: Quantization
    ) -> Tensor:
        """Import an operator that moves integers (MaxPool-12, Reshape-14) as one on reals."""
        op = _find_op(node, call.where)
        if (
            not op.shares_quantization
            or op.name == "clip"
            or call.attributes.get("mode") == "linear"
        ):
            _refuse_integers(call)
        reals = activation(self._fresh(f"{integers.name}.real"), integers.shape)
        self._append(
            Node(f"{node.name}/dequantize", "dequantize", (integers.name,), reals.name), reals
        )
        inputs = (reals, *(_as_reals(tensor, grid) for tensor in call.inputs[1:]))
        inner = replace(node, outputs=(self._fresh(f"{node.outputs[0]}.real"),))
        moved = self._op(replace(call, inputs=inputs), inner)
        output = activation(node.outputs[0], moved.shape, grid)
        after = Node(f"{node.name}/quantize", "quantize", (moved.name,), output.name)
        return self._append(after, output)

    def _add_parts(self, constants: Iterable[Tensor], nodes: Iterable[OnnxNode]) -> None:
        for constant in constants:
            self.add_value(constant)
        for part in nodes:
            self.add_node(part)

    def _fresh(self, wish: str) -> str:
        return reserve_name(wish, self._taken)

    def _split(self, call: OnnxCall, node: OnnxNode) -> None:
        slices = slices_of_split(call, len(node.outputs))
        for output, part in zip(node.outputs, slices, strict=True):
            piece = replace(node, name=f"{node.name}/{output}", op_type="Slice", outputs=(output,))
            self._values[output] = self._op(part, piece)

    def _sizes(self, call: OnnxCall, node: OnnxNode) -> Tensor:
        """Return a value computed from constants alone, such as a Reshape's shape."""
        sizes = fold_sizes(call)
        if sizes is None:
            raise HubError(
                f"{call.where}: it has only constant inputs, but simplification did not fold it; "
                "compute it before the export"
            )
        return Tensor(node.outputs[0], sizes.shape, "int64", data=sizes)

    def _shape(self, call: OnnxCall, node: OnnxNode) -> Tensor:
        sizes = sizes_of(call, operand(call).shape)
        return Tensor(node.outputs[0], sizes.shape, "int64", data=sizes)

    def _quantize(self, call: OnnxCall, node: OnnxNode) -> Tensor:
        x = operand(call)
        rounding = ROUNDINGS[node.op_type] if node.domain == DOMAIN else "half_even"
        _refuse_integers(call)
        dtype = "int32" if node.op_type == ACCUMULATOR else integer_type(call)
        quantization = read_quantization(call, dtype, x.shape, rounding)
        if x.data is not None:
            data = quantize(x.data, quantization)
            return Tensor(node.outputs[0], x.shape, quantization.dtype, data=data)
        new = Node(node.name, "quantize", (self._use(x, call.where),), node.outputs[0])
        return self._append(new, activation(new.output, x.shape, quantization))

    def _dequantize(self, call: OnnxCall, node: OnnxNode) -> Tensor:
        q = operand(call)
        quantization = read_quantization(call, q.dtype, q.shape)
        if q.is_constant:
            described = apply_note(quantization, self._notes.get(q.name))
            return replace(q, quantization=described)
        if q.quantization is None or replace(q.quantization, rounding="half_even") != quantization:
            raise UnsupportedOpError(
                f"{call.where}: it reads '{q.name}' with a scale or zero point that differs from "
                "the one it was quantized with; only equal ones are supported: export the file "
                "again"
            )
        new = Node(node.name, "dequantize", (self._use(q, call.where),), node.outputs[0])
        return self._append(new, activation(new.output, q.shape))

    def _constant(self, call: OnnxCall, node: OnnxNode) -> Tensor:
        data = np.asarray(next(iter(call.attributes.values()), None))
        if data.dtype.kind not in "iufb":
            raise UnsupportedOpError(
                f"{call.where}: a constant of type {data.dtype}; only numbers are supported"
            )
        data = data.astype({"float64": "float32"}.get(data.dtype.name, data.dtype))
        return Tensor(node.outputs[0], data.shape, data.dtype.name, data=data)

    def _cast(self, call: OnnxCall, node: OnnxNode) -> Tensor:
        """Return reals as they are: all that is computed is float32 already."""
        x = operand(call)
        if call.attributes.get("to") != TensorProto.FLOAT or x.is_constant or x.quantization:
            return self._op(call, node)
        return x

    def _dropout(self, call: OnnxCall, node: OnnxNode) -> Tensor:
        """Return the input, since nothing is dropped outside training."""
        training = call.inputs[2] if len(call.inputs) > 2 else None
        if training is not None and (training.data is None or training.data.any()):
            raise UnsupportedOpError(
                f"{call.where}: Dropout is in training mode; it is supported only where it drops "
                "nothing: call model.eval() before the export"
            )
        return self._copy(call, node)

    def _copy(self, call: OnnxCall, node: OnnxNode) -> Tensor:  # noqa: ARG002
        return next(tensor for tensor in call.inputs if tensor)

    def _append(self, node: Node, output: Tensor) -> Tensor:
        self.nodes.append(node)
        self.tensors[output.name] = output
        return output

    def _use(self, tensor: Tensor, where: str) -> str:
        """Return the name of a tensor that a node reads; clashing constants are renamed."""
        if tensor.is_constant and tensor.dtype != "float32" and not tensor.quantization:
            raise HubError(
                f"{where}: it reads '{tensor.name}' of type {tensor.dtype}; only float32 and "
                "quantized constants are supported: export in float32"
            )
        if self.tensors.setdefault(tensor.name, tensor) == tensor:
            return tensor.name
        renamed = replace(tensor, name=self._fresh(tensor.name))
        self.tensors[renamed.name] = renamed
        return renamed.name


_VALUES_MAX = 2**31 - 1

_Handler = Callable[[NodeImporter, OnnxCall, OnnxNode], Tensor]

_HANDLERS: Mapping[tuple[str, str], _Handler] = MappingProxyType(
    {
        ("", "Cast"): NodeImporter._cast,
        ("", "Constant"): NodeImporter._constant,
        ("", "Identity"): NodeImporter._copy,
        ("", "Dropout"): NodeImporter._dropout,
        ("", "Shape"): NodeImporter._shape,
        ("", "QuantizeLinear"): NodeImporter._quantize,
        ("", "DequantizeLinear"): NodeImporter._dequantize,
        (CONTRIB, "QuantizeLinear"): NodeImporter._quantize,
        (CONTRIB, "DequantizeLinear"): NodeImporter._dequantize,
        **{(DOMAIN, name): NodeImporter._quantize for name in ROUNDINGS},
    }
)


# Their scales are computed.
_DYNAMIC = ("ConvInteger", "DynamicQuantizeLinear", "DynamicQuantizeMatMul", "MatMulInteger")


def _as_reals(tensor: Tensor | None, grid: Quantization) -> Tensor | None:
    """Return the reals of a constant in the moved integers' quantization, such as Pad's value."""
    if tensor is None or tensor.data is None or tensor.dtype != grid.dtype:
        return tensor
    return Tensor(tensor.name, tensor.shape, data=dequantize(tensor.data, grid))


def _find_op(node: OnnxNode, where: str) -> Op:
    op = find_onnx_type(node.op_type) if node.domain in ("", DOMAIN) else None
    if op is not None and is_function(op, node.op_type) == (node.domain == DOMAIN):
        if node.domain == DOMAIN:
            check_call(op, node, where)
        return op
    if node.op_type in _DYNAMIC:
        raise UnsupportedOpError(
            f"{where}: it is quantized at run time, from the range of each input; only fixed "
            "scales are supported: quantize with onnxruntime.quantization.quantize_static"
        )
    kind = f"{node.domain}.{node.op_type}" if node.domain else node.op_type
    raise no_op_plugin(kind, where)


def _refuse_integers(call: OnnxCall) -> None:
    for tensor in call.inputs:
        if tensor is not None and not tensor.is_constant and tensor.quantization:
            raise UnsupportedOpError(
                f"{call.where}: it computes with the integers '{tensor.name}'; only float "
                "operators between DequantizeLinear and QuantizeLinear, QLinear operators, and "
                "operators that move values are supported: quantize in QDQ format "
                "(QuantFormat.QDQ)"
            )
