"""Checks that a Graph's numbers are the accelerator's."""

from compilers.quantize.power_of_two import is_power_of_two
from zoo.errors import RefusedError
from zoo.graph import Graph, Tensor

__all__ = ["demand_scheme"]

_REMEDY = "quantize the float network with the scheme ai8x (--quant ptq or qat)"


def demand_scheme(graph: Graph, target: str) -> None:
    """Raise RefusedError naming the first tensor without the accelerator's number format."""
    if not graph.is_quantized:
        raise RefusedError(
            f"{target}: graph '{graph.name}' is float, the accelerator computes in integers; "
            f"{_REMEDY}"
        )
    sums = {tensor.name for tensor in graph.border.outputs.values()}
    for tensor in graph.tensors.values():
        why = _objection(tensor, tensor.name in sums)
        if why:
            raise RefusedError(
                f"{target}: tensor '{tensor.name}' {why}; the accelerator takes one scale 2**-n, "
                f"zero point 0, activations of 8 bits rounded half up: {_REMEDY}"
            )


def _objection(tensor: Tensor, is_output: bool) -> str:
    """Return what is wrong with a tensor's quantization, '' if it is valid or absent."""
    grid = tensor.quantization
    if grid is None:
        return ""
    if len(grid.scale) > 1:
        return f"has {len(grid.scale)} scales"
    if not is_power_of_two(grid.scale[0]):
        return f"has the scale {grid.scale[0]:g}"
    if any(grid.zero_point) or not grid.signed:
        return f"is {grid.dtype} with the zero point {grid.zero_point[0]}"
    if tensor.is_constant or (is_output and grid.bits == 32):
        return ""
    if grid.bits != 8 or grid.rounding != "half_up":
        return f"is {grid.dtype}, rounded {grid.rounding}"
    return ""
