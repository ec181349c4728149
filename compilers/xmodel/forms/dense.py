"""dense -> matmul with weights [K, C]."""

from compilers.xmodel.rectifier import add_rectified
from compilers.xmodel.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """The DPU computes it as a convolution whose window is the whole image."""
    x, weight, *bias = (scope.read(name) for name in node.inputs)
    arguments = {"input": (x, weight), **({"bias": bias} if bias else {})}
    attributes: dict[str, object] = {"transpose_a": False, "transpose_b": True}
    add_rectified(scope, node, "matmul", arguments, attributes)
