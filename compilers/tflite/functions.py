"""Functions that TFLite computes in integers only for some scales: by way of reals."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from compilers.tflite.scope import Scope
from zoo.graph import Node

__all__ = ["add_function"]


def add_function(
    scope: Scope,
    node: Node,
    code: str,
    further: Sequence[int] = (),
    options: str = "",
    settings: Mapping[str, object] = MappingProxyType({}),
) -> None:
    """Add an op of the node's first input, between DEQUANTIZE and QUANTIZE in an integer graph.

    The result is rounded once, as the reference's table is. further: other inputs, reals.
    """
    x, output = scope.read(node.inputs[0]), scope.output(node.output)
    if scope.tensor(x).grid is None:
        scope.add(code, [x, *further], output, options, settings)
        return
    real = scope.value(f"{node.output}.argument", scope.tensor(x).shape, None)
    scope.add("DEQUANTIZE", [x], real, "DequantizeOptions")
    result = scope.value(f"{node.output}.real", scope.tensor(output).shape, None)
    scope.add(code, [real, *further], result, options, settings)
    scope.add("QUANTIZE", [result], output, "QuantizeOptions")
