"""hard_sigmoid -> MUL, ADD with a fused ReLU, and MINIMUM."""

import numpy as np

from compilers.op_parts.node_attributes import real
from compilers.tflite.functions import Function, add_function
from compilers.tflite.scope import Scope
from zoo.graph import Node

__all__ = ["lower"]


def lower(scope: Scope, node: Node) -> None:
    """min(relu(alpha * x + beta), 1), computed in reals."""
    alpha, beta, one = (
        scope.constant(f"{node.output}.{role}", np.array([value]), "float32")
        for role, value in (
            ("alpha", real(node, "alpha")),
            ("beta", real(node, "beta")),
            ("one", 1),
        )
    )
    steps = (
        Function("MUL", "MulOptions", {"fusedActivationFunction": "NONE"}, (alpha,)),
        Function("ADD", "AddOptions", {"fusedActivationFunction": "RELU"}, (beta,)),
        Function("MINIMUM", "MaximumMinimumOptions", further=(one,)),
    )
    add_function(scope, node, *steps, in_integers=False)
