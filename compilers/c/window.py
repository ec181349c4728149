"""Settings of kernels that slide over height and width."""

from collections.abc import Mapping

from compilers.c.node_view import NodeView
from compilers.c.storage import sizes
from compilers.op_parts.node_attributes import integers

__all__ = ["Window", "pixel_window", "window_settings"]

Window = Mapping[str, int]


def window_settings(view: NodeView, kernel: tuple[int, ...]) -> Window:
    """Return the geometry. kernel: height, width. What lies at bottom and right follows."""
    node = view.node
    channels, input_height, input_width = sizes(view.inputs[0].shape)
    top, left, bottom, right = integers(node, "pads")
    strides = integers(node, "strides")
    dilations = integers(node, "dilations") if "dilations" in node.attributes else (1, 1)
    padded = input_height + top + bottom, input_width + left + right
    output_height, output_width = (
        (size - (taps - 1) * dilation - 1) // stride + 1
        for size, taps, dilation, stride in zip(padded, kernel, dilations, strides, strict=True)
    )
    return {
        "input_height": input_height,
        "input_width": input_width,
        "channels": channels,
        "output_height": output_height,
        "output_width": output_width,
        "kernel_height": kernel[0],
        "kernel_width": kernel[1],
        "stride_y": strides[0],
        "stride_x": strides[1],
        "dilation_y": dilations[0],
        "dilation_x": dilations[1],
        "pad_top": top,
        "pad_left": left,
    }


def pixel_window(channels: int) -> Window:
    """Return the geometry of an image of one pixel that is seen as a whole."""
    return {
        "input_height": 1,
        "input_width": 1,
        "channels": channels,
        "output_height": 1,
        "output_width": 1,
        "kernel_height": 1,
        "kernel_width": 1,
        "stride_y": 1,
        "stride_x": 1,
        "dilation_y": 1,
        "dilation_x": 1,
        "pad_top": 0,
        "pad_left": 0,
    }
