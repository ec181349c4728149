"""Attributes of ops with windows: XIR counts width first, pads as left, right, top, bottom."""

from compilers.op_parts.window import Window

__all__ = ["window_attributes"]


def window_attributes(window: Window) -> dict[str, object]:
    """Return kernel, stride, pad and pad_mode."""
    top, left, bottom, right = window.pads
    return {
        "kernel": window.kernel[::-1],
        "stride": window.strides[::-1],
        "pad": (left, right, top, bottom),
        "pad_mode": "FLOOR",
    }
