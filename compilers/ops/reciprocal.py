"""Reciprocal: y = 1 / x, infinite for 0."""

from compilers.op_parts.function import Function

__all__ = ["OP"]

OP = Function("reciprocal", "Reciprocal", lambda x: 1 / x, lambda torch, x: torch.reciprocal(x))
