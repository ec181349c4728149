"""Which ops the C back end takes, and how each becomes calls of kernels."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from compilers.c.elementwise import (
    lower_add,
    lower_clip,
    lower_lookup,
    lower_mul,
    lower_prelu,
    lower_requantize,
)
from compilers.c.moves import (
    lower_concat,
    lower_pad,
    lower_reshape,
    lower_slice,
    lower_transpose,
)
from compilers.c.node_view import NodeView, Steps
from compilers.c.pooling import lower_average_pool, lower_max_pool
from compilers.c.resize import lower_resize
from compilers.c.softmax import lower_softmax
from compilers.c.weighted import lower_conv, lower_dense

__all__ = ["LOWERINGS", "lower_node"]

LOWERINGS: Mapping[str, Callable[[NodeView], Steps]] = MappingProxyType(
    {
        "add": lower_add,
        "average_pool": lower_average_pool,
        "clip": lower_clip,
        "concat": lower_concat,
        "conv": lower_conv,
        "dense": lower_dense,
        "hard_sigmoid": lower_lookup,
        "hardswish": lower_lookup,
        "leaky_relu": lower_lookup,
        "max_pool": lower_max_pool,
        "mul": lower_mul,
        "pad": lower_pad,
        "prelu": lower_prelu,
        "requantize": lower_requantize,
        "reshape": lower_reshape,
        "resize": lower_resize,
        "sigmoid": lower_lookup,
        "slice": lower_slice,
        "softmax": lower_softmax,
        "sub": lower_add,
        "tanh": lower_lookup,
        "transpose": lower_transpose,
    }
)


def lower_node(view: NodeView) -> Steps:
    """Yield the calls of a node; raises UnsupportedOpError for an op that has no lowering."""
    if view.node.op not in LOWERINGS:
        view.refuse(
            "its op has no integer kernel in C",
            f"replace it by one of {', '.join(LOWERINGS)}, or write it in compilers/c",
        )
    return LOWERINGS[view.node.op](view)
