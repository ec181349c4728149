"""Spells out integer operators as DequantizeLinear, an operator on reals, QuantizeLinear.

ONNX defines them this way (QLinearConv-10, QLinearMatMul-21), and so does ONNX Runtime's own
domain. Inputs are triples (integers, scale, zero point); a bias is int32 in steps of s_x * s_w.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from compilers.hub.onnx_node import OnnxNode
from zoo.errors import UnsupportedOpError
from zoo.graph import Tensor

__all__ = ["CONTRIB", "is_on_integers", "spell_out"]

CONTRIB = "com.microsoft"
"""The domain of ONNX Runtime's own operators."""

_TRIPLE = 3


@dataclass(frozen=True)
class _Form:
    """Indices of the inputs' triples, the output's scale, and the bias; last: to the end."""

    op_type: str
    operands: tuple[int, ...]
    output: int
    bias: int | None = None
    repeats: bool = False


_FORMS: Mapping[tuple[str, str], _Form] = MappingProxyType(
    {
        ("", "QLinearConv"): _Form("Conv", (0, 3), 6, bias=8),
        ("", "QLinearMatMul"): _Form("MatMul", (0, 3), 6),
        (CONTRIB, "QGemm"): _Form("Gemm", (0, 3), 7, bias=6),
        (CONTRIB, "QLinearAdd"): _Form("Add", (0, 3), 6),
        (CONTRIB, "QLinearMul"): _Form("Mul", (0, 3), 6),
        (CONTRIB, "QLinearConcat"): _Form("Concat", (2,), 0, repeats=True),
        **{
            (CONTRIB, f"QLinear{op_type}"): _Form(op_type, (0,), 3)
            for op_type in ("AveragePool", "GlobalAveragePool", "LeakyRelu", "Sigmoid", "Softmax")
        },
    }
)

_DROPPED = ("channels_last", "opset")
"""Attributes for the inputs' layout; 0 is ONNX's."""


def is_on_integers(node: OnnxNode) -> bool:
    """Whether `spell_out` supports the node."""
    return (node.domain, node.op_type) in _FORMS


def spell_out(
    node: OnnxNode, constants: Mapping[str, Tensor], fresh: Callable[[str], str], where: str
) -> tuple[list[Tensor], list[OnnxNode]]:
    """Return new constants, and the nodes in order; the last one has the node's output.

    constants: by name, at least the scales.  fresh: creates an unused name.
    Raises UnsupportedOpError for a different output or layout.
    """
    form = _FORMS[node.domain, node.op_type]
    if node.attributes.get("channels_last", 0):
        raise UnsupportedOpError(
            f"{where}: {node.op_type} reads channels last; only NCHW is supported: quantize the "
            "network as it was exported, before it is changed to NHWC"
        )
    if len(node.inputs) <= form.output or not node.inputs[form.output]:
        raise UnsupportedOpError(
            f"{where}: {node.op_type} returns floats; only integers are supported: quantize its "
            "output, too"
        )
    operands = list(_operands(node, form, fresh))
    extra, bias = _bias(node, form, constants, fresh)
    result = fresh(f"{node.outputs[0]}.real")
    kept = {name: value for name, value in node.attributes.items() if name not in _DROPPED}
    inputs = tuple(part.outputs[0] for part in (*operands, *bias))
    computed = OnnxNode(node.name, "", form.op_type, inputs, (result,), kept)
    grid = node.inputs[form.output : form.output + 2]
    last = replace(
        computed,
        name=f"{node.name}/quantize",
        op_type="QuantizeLinear",
        inputs=(result, *grid),
        outputs=node.outputs,
        attributes={},
    )
    return extra, [*operands, *bias, computed, last]


def _operands(node: OnnxNode, form: _Form, fresh: Callable[[str], str]) -> Iterator[OnnxNode]:
    starts = range(form.operands[0], len(node.inputs), _TRIPLE) if form.repeats else form.operands
    for count, start in enumerate(starts):
        # A per-channel weight has a known axis.
        axis = _weight_axis(node, form.op_type) if count else 0
        yield _dequantize(node, node.inputs[start : start + _TRIPLE], axis, fresh)


def _weight_axis(node: OnnxNode, op_type: str) -> int:
    return 0 if op_type == "Conv" or node.attributes.get("transB", 0) else 1


def _bias(
    node: OnnxNode, form: _Form, constants: Mapping[str, Tensor], fresh: Callable[[str], str]
) -> tuple[list[Tensor], list[OnnxNode]]:
    """Return the scale of the bias and its DequantizeLinear, nothing without a bias."""
    if form.bias is None or len(node.inputs) <= form.bias or not node.inputs[form.bias]:
        return [], []
    of_x, of_weight = (
        np.asarray(constants[node.inputs[start + 1]].data, np.float32) for start in form.operands
    )
    product = np.asarray(of_x * of_weight).reshape(of_weight.shape)
    scale = Tensor(fresh(f"{node.inputs[form.bias]}.scale"), product.shape, data=product)
    return [scale], [_dequantize(node, (node.inputs[form.bias], scale.name), 0, fresh)]


def _dequantize(
    node: OnnxNode, inputs: tuple[str, ...], axis: int, fresh: Callable[[str], str]
) -> OnnxNode:
    output = fresh(f"{inputs[0]}.real")
    name = f"{node.name}/{output}"
    return OnnxNode(name, "", "DequantizeLinear", inputs, (output,), {"axis": axis})
