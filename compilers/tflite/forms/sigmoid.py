"""sigmoid -> LOGISTIC."""

from compilers.tflite.functions import Function, add_function, is_stored_as
from compilers.tflite.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """In integers TFLite has steps of 1/256 from 0."""
    in_integers = is_stored_as(scope, node, 1 / 256, -128)
    add_function(scope, node, Function("LOGISTIC"), in_integers=in_integers)
