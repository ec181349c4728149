"""Checks that a Graph's numbers are the DPU's: int8, scale 2**-fix_point, zero point 0."""

from compilers.quantize.power_of_two import is_power_of_two
from zoo.errors import RefusedError
from zoo.graph import Graph, Tensor

__all__ = ["are_powers_of_two", "require_powers_of_two"]

_REMEDY = "quantize the float network with the scheme dpu-pow2"


def require_powers_of_two(graph: Graph, target: str) -> None:
    """Raise RefusedError naming the first tensor without a DPU number format."""
    if not graph.is_quantized:
        raise RefusedError(
            f"{target}: graph '{graph.name}' is float, the DPU computes in 8-bit integers; "
            f"{_REMEDY} (--quant ptq or qat)"
        )
    for tensor in graph.tensors.values():
        why = _objection(tensor)
        if why:
            raise RefusedError(
                f"{target}: tensor '{tensor.name}' {why}; the DPU takes int8 with one scale "
                f"2**-n, zero point 0, activations rounded half up: {_REMEDY}"
            )


def are_powers_of_two(graph: Graph) -> bool:
    """Whether `require_powers_of_two` accepts an integer graph."""
    return not any(_objection(tensor) for tensor in graph.tensors.values())


def _objection(tensor: Tensor) -> str:
    """Return what is wrong with a tensor's quantization, '' if it is valid or absent."""
    grid = tensor.quantization
    if grid is None:
        return ""
    if not (grid.signed and grid.bits == 8):
        return f"is {grid.dtype}"
    if len(grid.scale) > 1:
        return f"has {len(grid.scale)} scales"
    if not is_power_of_two(grid.scale[0]):
        return f"has the scale {grid.scale[0]:g}"
    if any(grid.zero_point):
        return f"has the zero point {grid.zero_point[0]}"
    if not tensor.is_constant and grid.rounding != "half_up":
        return f"is rounded {grid.rounding}"
    return ""
