"""One layer of the KPU, from a placed kernel and a node's integers."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compilers.kmodel.extend import extended
from compilers.kmodel.parameters import BatchNorm, Segment
from compilers.kmodel.placed_kernel import PICKS, PlacedKernel
from compilers.kmodel.scope import Scope
from compilers.kmodel.steps import KpuStep
from compilers.op_parts.arguments import integer
from compilers.op_parts.arithmetic import shifted_bias
from compilers.op_parts.two_stage import batch_norm_add
from compilers.op_parts.window import Window
from zoo.lowering import NodeView

__all__ = ["convolve", "norms_of", "segments_of", "weights_of"]

_W_ZERO = 128
"""What is added to the Graph's weights to store them without a sign."""
_VALUE_BITS = 36
"""Of what the activation's segments compare."""


def weights_of(view: NodeView) -> NDArray[np.int64]:
    """Return the weights as integers around 0; refuses others than the scheme's."""
    weight = view.inputs[1]
    grid = view.grid(weight)
    if weight.data is None or not grid.signed or any(grid.zero_point):
        view.refuse(
            f"its weights '{weight.name}' are {grid.dtype} with zero points other than 0",
            "quantize with the scheme kpu-u8",
        )
    return weight.data.astype(np.int64)


def convolve(
    scope: Scope,
    view: NodeView,
    source: str,
    placed: PlacedKernel,
    output: str = "",
    first: tuple[int, int] = (0, 0),
) -> None:
    """Add a layer. output: the node's if empty.  first: as `extended` takes it."""
    zero_point = view.input_grid.zero_point[0]
    stride, weight = placed.stride, placed.weight
    name = output or view.output.name
    with extended(scope, view, source, name, stride, zero_point, first) as space:
        channels, kernel = len(weight), weight.shape[2]
        add = _bias(view, channels)
        _require_values(view, weight, add)
        _require_chunks(scope, view, weight, placed.is_depthwise)
        stored = (weight + _W_ZERO).astype(np.uint8)
        step = KpuStep(
            node=view.node.name,
            source=space.source,
            output=space.output,
            source_image=space.source_image,
            output_image=space.output_image,
            kernel=kernel,
            norms=norms_of(view, add, channels),
            segments=segments_of(view),
            weights=stored.tobytes(),
            is_depthwise=placed.is_depthwise,
            pool_type=placed.pool_type,
            pad_value=zero_point,
            x_factor=-_W_ZERO,
            w_factor=-zero_point,
            constant=kernel * kernel * _W_ZERO * zero_point,
        )
        if placed.is_depthwise and stride > 1:
            _pick_later(scope, view, step, stride)
        else:
            scope.add_kpu(view, step)


def _pick_later(scope: Scope, view: NodeView, step: KpuStep, stride: int) -> None:
    """Add a depthwise layer without its pool, which the next layer does, or one that copies."""
    channels, height, width = step.source_image
    larger = scope.new(f"{step.output}.all", (channels, height, width))
    whole = replace(step, output=larger, output_image=step.source_image, pool_type=0)
    scope.add_kpu(view, whole)
    if step.output == view.output.name and _is_read_by_1x1(view):
        scope.unpicked[step.output] = larger, stride
        return
    images = step.source_image, step.output_image
    copy = scope.copy_step(view, larger, step.output, *images, pool_type=PICKS[stride])
    scope.add_kpu(view, copy)


def _is_read_by_1x1(view: NodeView) -> bool:
    """Whether only one convolution of 1x1 reads the output, with a stride of 1."""
    graph, name = view.graph, view.output.name
    readers = graph.consumers(name)
    if len(readers) != 1 or readers[0].op != "conv" or name in graph.outputs:
        return False
    node = readers[0]
    shape = graph.tensors[node.inputs[1]].shape
    window = Window.from_node(node, (int(shape[2]), int(shape[3])))
    return window == Window((1, 1)) and integer(node, "group") == 1


def _bias(view: NodeView, channels: int) -> NDArray[np.int64]:
    """Return the batch norms' offsets."""
    if len(view.inputs) < 3:
        return np.zeros(channels, np.int64)
    data = view.inputs[2].data
    assert data is not None
    return batch_norm_add(view.node, shifted_bias(view.node, data))


def norms_of(view: NodeView, add: NDArray[np.int64], channels: int) -> tuple[BatchNorm, ...]:
    """Return a batch norm for each channel; refuses an offset of more than 32 bits."""
    if np.abs(add).max(initial=0) >= 1 << 31:
        view.refuse(
            f"a bias needs an offset of {int(add[np.abs(add).argmax()])}; the KPU's has 32 bits",
            "its output's scale is far finer than its bias: calibrate with more pictures",
        )
    multiplier, shift = (
        np.broadcast_to(view.fixed(f"bn_{key}"), channels).tolist()
        for key in ("multiplier", "shift")
    )
    rows = zip(multiplier, shift, add.tolist(), strict=True)
    return tuple(BatchNorm(*row) for row in rows)


def segments_of(view: NodeView) -> tuple[Segment, ...]:
    columns = (view.fixed(f"table_{key}") for key in ("start", "multiplier", "shift", "bias"))
    return tuple(Segment(*row) for row in zip(*columns, strict=True))


def _require_values(view: NodeView, weight: NDArray[Any], add: NDArray[np.int64]) -> None:
    """Refuse a layer whose values, in the worst case, leave the activation's range."""
    reach = np.abs(weight).reshape(len(weight), -1).sum(axis=1) * 255
    multiplier, shift = (np.array(view.fixed(f"bn_{key}")) for key in ("multiplier", "shift"))
    largest = int(((reach * multiplier >> shift) + np.abs(add) + 1).max(initial=0))
    if largest >= 1 << (_VALUE_BITS - 1):
        view.refuse(
            f"its values reach {largest}; the KPU's activation compares {_VALUE_BITS} bits",
            "its output's scale is far finer than its sums: calibrate with more pictures",
        )


def _require_chunks(scope: Scope, view: NodeView, weight: NDArray[Any], is_depthwise: bool) -> None:
    """Refuse weights that the KPU cannot load."""
    limits = scope.limits
    each = limits.weights_chunk_bytes // weight[0].size
    loads = 1 if is_depthwise else -(-len(weight) // max(each, 1))
    if not each or loads > limits.weights_chunks_max:
        view.refuse(
            f"its {weight.size} weights need {loads} loads of whole output channels, up to "
            f"{limits.weights_chunk_bytes} bytes each; the KPU makes {limits.weights_chunks_max}",
            "use fewer channels",
        )
