"""hardswish -> HARD_SWISH."""

from compilers.tflite.reals import add_function
from compilers.tflite.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """Computed in reals."""
    add_function(scope, node, "HARD_SWISH", options="HardSwishOptions")
