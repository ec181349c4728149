"""From a Graph to ONNX: plain for a float Graph, QDQ with integer initialisers for an integer one.

Every clamp is written as Relu or Clip, every stored activation as a QuantizeLinear after its op and
a DequantizeLinear before its readers, so the file alone defines the computation.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import FunctionProto, NodeProto, TensorProto, ValueInfoProto, helper, numpy_helper

from compilers.fresh_name import reserve_name
from compilers.hub.constant_notes import KEY, notes_of
from compilers.hub.functions import DOMAIN, is_function, op_function, quantize_function
from compilers.op_parts.arithmetic import clamp_of
from compilers.op_table import find_op
from compilers.passes.name_nodes_once import name_nodes_once
from compilers.passes.spell_out_means import spell_out_means
from compilers.passes.unfold_qdq import unfold_qdq
from compilers.passes.verify import run_passes
from zoo.errors import HubError
from zoo.graph import Graph, Node, Quantization, Tensor

__all__ = ["write"]

PASSES = (unfold_qdq, spell_out_means, name_nodes_once)

_OPSET = 21
_IR_VERSION = 10  # ONNX Runtime 1.20 loads it
_ACTIVATION_TYPES = ("int8", "uint8", "int16", "uint16")
_ELEMENTS = MappingProxyType({"float32": "FLOAT", "float64": "DOUBLE"})


def write(graph: Graph) -> bytes:
    """Return ONNX of opset 21 with the graph's metadata, byte-identical for the same Graph."""
    plain = run_passes(graph, PASSES)
    writer = _Writer(plain)
    for node in plain.nodes:
        writer.add(node)
    functions = [writer.functions[name] for name in sorted(writer.functions)]
    opsets = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(
        helper.make_graph(
            writer.nodes,
            graph.name,
            [_value_info(graph.tensors[name]) for name in graph.inputs],
            [_value_info(graph.tensors[name]) for name in graph.outputs],
            writer.initializers,
        ),
        opset_imports=[*opsets, helper.make_opsetid(DOMAIN, 1)] if functions else opsets,
        functions=functions,
        ir_version=_IR_VERSION,
    )
    described = {k: v for k, v in graph.metadata.items() if k != KEY} | notes_of(graph)
    helper.set_model_props(model, dict(sorted(described.items())))
    content: bytes = model.SerializeToString(deterministic=True)
    return content


class _Writer:
    """The ONNX nodes and initialisers so far."""

    def __init__(self, graph: Graph) -> None:
        self.nodes: list[NodeProto] = []
        self.initializers: list[TensorProto] = []
        self.functions: dict[str, FunctionProto] = {}
        self._graph = graph
        self._taken = set(graph.tensors)
        self._node_names = {node.name for node in graph.nodes}
        self._constants: dict[str, str] = {}
        self._grids: dict[str, tuple[str, ...]] = {}

    def add(self, node: Node) -> None:
        """Write a node of the QDQ form."""
        inputs = self._graph.inputs_of(node)
        if node.op == "quantize":
            self._quantize(node, self._graph.tensors[node.output])
        elif node.op == "dequantize":
            self._dequantize(node.name, inputs[0], node.output)
        elif "clamp" in node.attributes:
            low, high = clamp_of(node)
            unclamped = self._fresh(f"{node.output}.unclamped")
            self._call(node, inputs, unclamped)
            name = reserve_name(f"{node.name}/clip", self._node_names)
            clip = Node(name, "clip", (unclamped,), node.output, {"low": low, "high": high})
            self._call(clip, [Tensor(unclamped, ())], node.output)
        else:
            self._call(node, inputs, node.output)

    def _call(self, node: Node, inputs: Sequence[Tensor], output: str) -> None:
        op = find_op(node.op)
        call = op.express(node, inputs)
        names = [self._input(tensor, inputs) if tensor else "" for tensor in call.inputs]
        domain = ""
        if is_function(op, call.op_type):
            self.functions[call.op_type], domain = op_function(op), DOMAIN
        self._append(call.op_type, names, output, node.name, call.attributes, domain)

    def _input(self, tensor: Tensor, inputs: Sequence[Tensor]) -> str:
        """Return the ONNX name of a node's input; constants become initialisers once."""
        if tensor.data is None:
            return tensor.name
        if not any(tensor is known for known in inputs):
            return self._initializer(tensor.name, tensor.data, tensor.dtype)
        if tensor.name not in self._constants:
            self._constants[tensor.name] = self._constant(tensor, tensor.data)
        return self._constants[tensor.name]

    def _constant(self, tensor: Tensor, data: NDArray[Any]) -> str:
        """Write a constant of the graph under its own name; return the name of its reals."""
        self.initializers.append(_tensor_proto(tensor.name, data, tensor.dtype))
        if tensor.quantization is None:
            return tensor.name
        reals = self._fresh(f"{tensor.name}.dequantized")
        name = reserve_name(f"{tensor.name}/dequantize", self._node_names)
        self._dequantize(name, tensor, reals)
        return reals

    def _quantize(self, node: Node, output: Tensor) -> None:
        quantization = output.quantization
        function = None if quantization is None else quantize_function(quantization)
        if quantization is None or not (function or output.dtype in _ACTIVATION_TYPES):
            raise HubError(
                f"graph '{self._graph.name}': activation '{output.name}' is {output.dtype}; the "
                f"hub holds {', '.join(_ACTIVATION_TYPES)}: choose a scheme with 8 or 16 bits"
            )
        names = [node.inputs[0], *self._grid(output, quantization)]
        if function is None:
            self._append("QuantizeLinear", names, node.output, node.name)
        else:
            self.functions.setdefault(function.name, function)
            self._append(function.name, names, node.output, node.name, domain=DOMAIN)

    def _dequantize(self, name: str, tensor: Tensor, output: str) -> None:
        quantization = tensor.quantization
        if quantization is None:
            raise HubError(f"node '{name}' dequantizes '{tensor.name}', which is not quantized")
        axis = {} if quantization.axis is None else {"axis": quantization.axis}
        names = [tensor.name, *self._grid(tensor, quantization)]
        self._append("DequantizeLinear", names, output, name, axis)

    def _grid(self, tensor: Tensor, quantization: Quantization) -> tuple[str, ...]:
        """Return the names of scale and zero point, written once per tensor."""
        if tensor.name not in self._grids:
            shape = () if quantization.axis is None else (-1,)
            scale = np.array(quantization.scale, np.float32).reshape(shape)
            zeros = np.array(quantization.zero_point, np.int32).reshape(shape)
            names = [self._initializer(f"{tensor.name}.scale", scale, "float32")]
            # ONNX has no 32-bit zero points.
            if tensor.dtype != "int32":
                name = f"{tensor.name}.zero_point"
                names.append(self._initializer(name, zeros, tensor.dtype))
            elif zeros.any():
                raise HubError(
                    f"graph '{self._graph.name}': the int32 constant '{tensor.name}' has a zero "
                    "point; only 0 can be written: subtract it from the integers"
                )
            self._grids[tensor.name] = tuple(names)
        return self._grids[tensor.name]

    def _initializer(self, wish: str, data: NDArray[Any], dtype: str) -> str:
        name = self._fresh(wish)
        self.initializers.append(_tensor_proto(name, data, dtype))
        return name

    def _append(
        self,
        op_type: str,
        inputs: Sequence[str],
        output: str,
        name: str,
        attributes: Mapping[str, Any] | None = None,
        domain: str = "",
    ) -> None:
        node = helper.make_node(op_type, inputs, [output], name, domain=domain or None)
        plain = {key: _as_list(value) for key, value in (attributes or {}).items()}
        node.attribute.extend(helper.make_attribute(key, plain[key]) for key in sorted(plain))
        self.nodes.append(node)

    def _fresh(self, wish: str) -> str:
        return reserve_name(wish, self._taken)


def _as_list(value: Any) -> Any:  # noqa: ANN401
    return list(value) if isinstance(value, tuple) else value


def _tensor_proto(name: str, data: NDArray[Any], dtype: str) -> TensorProto:
    element = TensorProto.DataType.Value(_ELEMENTS.get(dtype, dtype.upper()))
    storage = helper.tensor_dtype_to_np_dtype(element)
    return numpy_helper.from_array(data.astype(storage), name)


def _value_info(tensor: Tensor) -> ValueInfoProto:
    return helper.make_tensor_value_info(tensor.name, TensorProto.FLOAT, tensor.shape)
