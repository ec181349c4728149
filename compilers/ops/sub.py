"""Subtraction of two tensors; either may broadcast."""

import operator

from compilers.ops.add import Add

__all__ = ["OP"]


class Sub(Add):
    """y = a - b: an addition whose second multiplier or weight is negative."""

    name = "sub"
    onnx_types = ("Sub",)
    combine = staticmethod(operator.sub)
    signs = (1, -1)


OP = Sub()
