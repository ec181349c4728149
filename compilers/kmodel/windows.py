"""Pools, and nearest resizing by the CPU."""

from dataclasses import replace

import numpy as np

from compilers.kmodel.scope import Scope
from compilers.kmodel.steps import KpuStep
from compilers.op_parts.arguments import integers, text
from compilers.op_parts.window import Window
from compilers.op_table import find_op
from zoo.lowering import NodeView

__all__ = ["lower_max_pool", "lower_resize"]

_POOLS = {
    Window((2, 2), (2, 2)): 1,
    Window((4, 4), (4, 4)): 3,
    Window((2, 2), (1, 1), (0, 0, 1, 1)): 9,
}
"""The KPU's maxima, by window."""


def lower_max_pool(scope: Scope, view: NodeView) -> None:
    """Lower to the pool of the layer before it, or to one of a layer that copies."""
    source, output = view.inputs[0].name, view.output.name
    window, image = Window.from_node(view.node), scope.image(view, source)
    pool_type = _POOLS.get(window)
    stride = window.strides[0]
    if pool_type is None or any(size % stride for size in image[1:]):
        view.refuse(
            f"its window is {window.kernel} with strides {window.strides} and pads {window.pads} "
            f"on {image[1]} x {image[2]} pixels; the KPU has maxima of 2x2 and 4x4, with strides "
            "of the same, of sizes that these divide",
            "use one of them, or a stride of 2 in the convolution before it",
        )
    smaller, last = scope.image(view, output), scope.steps[-1] if scope.steps else None
    is_alone = len(scope.graph.consumers(source)) == 1
    is_last = isinstance(last, KpuStep) and last.output == source and not last.is_depthwise
    if isinstance(last, KpuStep) and is_last and is_alone and not last.pool_type:
        scope.steps[-1] = replace(last, output=output, output_image=smaller, pool_type=pool_type)
    else:
        scope.add_kpu(view, scope.copy_step(view, source, output, image, smaller, pool_type))


def lower_resize(scope: Scope, view: NodeView) -> None:
    """Lower to the CPU's choice of pixels, if it is the one of its runtime."""
    if text(view.node, "mode") != "nearest":
        view.refuse(
            "it is bilinear; neither the KPU nor its runtime computes it in integers",
            "resize by the nearest pixel, with scales of 2",
            runs_on="CPU",
        )
    source = view.inputs[0].name
    image = scope.image(view, source)
    size_hw = integers(view.node, "size_hw")
    for axis, (size, wanted) in enumerate(zip(image[1:], size_hw, strict=True)):
        if _taken(view, size, wanted, axis) != _of_runtime(size, wanted):
            view.refuse(
                f"it takes other pixels than the runtime's floor(i * {size} / {wanted})",
                "use coordinate_transformation_mode asymmetric with nearest_mode floor",
            )
    settings = {"image": image, "size_hw": size_hw}
    scope.add_cpu(view, "resize", (source,), view.output.name, settings)


def _taken(view: NodeView, size: int, wanted: int, axis: int) -> list[int]:
    """Return which lines, or columns, the node takes."""
    line = np.arange(size, dtype=np.int64)
    shape, hw = ((1, 1, size, 1), (wanted, 1)) if axis == 0 else ((1, 1, 1, size), (1, wanted))
    node = view.node.with_attributes(size_hw=hw)
    taken: list[int] = find_op("resize").run_float(node, [line.reshape(shape)]).ravel().tolist()
    return taken


def _of_runtime(size: int, wanted: int) -> list[int]:
    """Return which ones the runtime takes, by a float32 scale."""
    scale = np.float32(size) / np.float32(wanted)
    places = np.floor(np.arange(wanted, dtype=np.float32) * scale).astype(np.int64)
    taken: list[int] = np.minimum(places, size - 1).tolist()
    return taken
