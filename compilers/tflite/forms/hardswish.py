"""hardswish -> HARD_SWISH."""

from compilers.tflite.functions import Function, add_function, have_near_scales
from compilers.tflite.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """In integers to one step."""
    function = Function("HARD_SWISH", "HardSwishOptions")
    add_function(scope, node, function, in_integers=have_near_scales(scope, node))
