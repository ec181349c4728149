"""Fake quantization: rounds reals to the values of their integers and lets gradients pass.

    y = scale * (clip(round(x / scale) + zero_point, qmin, qmax) - zero_point)

Gradients are straight-through estimates (Bengio et al. 2013, "Estimating or Propagating Gradients
Through Stochastic Neurons"): that of x passes where nothing is clipped. That of the scale follows
Esser et al. 2020, "Learned Step Size Quantization", section 2.1, with v = x / scale:

    dy / dscale = round(v) - v     where nothing is clipped
                = y / scale        otherwise
"""

from typing import Any

import torch
from torch import Tensor

from zoo.graph import Quantization

__all__ = ["fake_quantize", "straight_through"]


def fake_quantize(
    reals: Tensor, scale: Tensor, grid: Quantization, rectify: bool = False
) -> Tensor:
    """Return the reals quantized and dequantized as in `compilers.op_parts.arithmetic`.

    Differentiable. scale: a scalar; its value is the grid's, its gradient trains the scale.
    rectify: clip negative reals to 0, like a preceding ReLU.
    """
    low = 0 if rectify else grid.qmin - grid.zero_point[0]
    levels = (low, grid.qmax - grid.zero_point[0])
    quantized: Tensor = _FakeQuantize.apply(reals, scale, grid, levels)  # type: ignore[no-untyped-call]
    return quantized


def straight_through(reals: Tensor, stored: Tensor, step: Tensor) -> Tensor:
    """Return the stored values of the reals; gradients go to those that are not clipped.

    step: between neighbours of `stored`; clipped values are further than that from their reals.
    """
    replaced: Tensor = _StraightThrough.apply(reals, stored, step)  # type: ignore[no-untyped-call]
    return replaced


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, reals: Tensor, stored: Tensor, step: Tensor) -> Tensor:  # noqa: ANN401
        ctx.save_for_backward((reals - stored).abs() <= step)
        return stored.clone()

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN401
        (inside,) = ctx.saved_tensors
        return gradient * inside, None, None


class _FakeQuantize(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401
        reals: Tensor,
        scale: Tensor,
        grid: Quantization,
        levels: tuple[int, int],
    ) -> Tensor:
        rounded = reals / grid.scale[0]
        rounded = rounded.add_(0.5).floor_() if grid.rounding == "half_up" else rounded.round_()
        quantized = rounded.clamp_(*levels).mul_(grid.scale[0])
        ctx.save_for_backward(reals, quantized, scale)
        # A value that rounds to a level is within half a step of it.
        ctx.bounds = (grid.scale[0] * (levels[0] - 0.5), grid.scale[0] * (levels[1] + 0.5))
        return quantized

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor | None, None, None]:  # noqa: ANN401
        reals, quantized, scale = ctx.saved_tensors
        # One pass instead of the four of comparisons and a product.
        passed = torch.ops.aten.hardtanh_backward(gradient, reals, *ctx.bounds)
        if not ctx.needs_input_grad[1]:
            return passed, None, None, None
        # Both cases of dy / dscale are (y - x where nothing is clipped) / scale.
        total = torch.sum(gradient * quantized) - torch.sum(passed * reals)
        return passed, total / scale, None, None
