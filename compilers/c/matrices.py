"""Products of matrices that the network computes."""

from collections.abc import Mapping

from compilers.c.kernel_view import KernelView, Steps
from compilers.c.loops import Loops
from compilers.c.rescaling import reach, single_factor
from compilers.c.storage import sizes, strides_of
from zoo.c_program import Setting

__all__ = ["lower_matmul"]

_STRIDES = ("first_strides", "second_strides")
_LOOPS = 2
_INT32_MAX = 2**31 - 1


def lower_matmul(view: KernelView) -> Steps:
    """Lower sums of products (q_a - z_a) (q_b - z_b), matrix by matrix."""
    *_, rows, depth = view.operand_sizes(0)
    columns = view.operand_sizes(1)[-1]
    grids = [view.grid(tensor) for tensor in view.inputs]
    bound = depth * reach(grids[0]) * reach(grids[1])
    if bound > _INT32_MAX:
        view.refuse(
            f"its sums over {depth} products may have more than 32 bits", "split the matrices"
        )
    (multiplier,), (shift,) = view.fixed("multiplier"), view.fixed("shift")
    settings = {
        **_outer_loops(view),
        "rows": rows,
        "depth": depth,
        "columns": columns,
        "first_zero_point": grids[0].zero_point[0],
        "second_zero_point": grids[1].zero_point[0],
        **single_factor(view, multiplier, shift, bound, view.fixed("range")),
    }
    yield view.call("matmul", settings, [view.operand(0), view.operand(1)])


def _outer_loops(view: KernelView) -> Mapping[str, Setting]:
    """Return the loops over the matrices of the output."""
    outer = sizes(view.output.shape)[:-2]
    found = [view.operand_sizes(index) for index in range(2)]
    strides = [
        tuple(0 if size == 1 else stride for size, stride in zip(shape, all_strides, strict=True))
        for shape, all_strides in ((own[:-2], strides_of(own)[:-2]) for own in found)
    ]
    settings = Loops(outer, tuple(strides)).settings(_STRIDES, _LOOPS)
    if settings is None:
        view.refuse(
            f"matrices of {found} are repeated along too many axes for two nested loops",
            "repeat along neighbouring axes",
        )
    return settings
