"""Convolutions and pools of signals [N, C, L], as operations on images of height 1."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from compilers.hub.compose.parts import Parts
from zoo.graph import Tensor

__all__ = ["COMPOSITIONS"]

_SIGNAL_AXES = 3
# Value inserted before an attribute's number for the length; for pads, before each.
_OF_HEIGHT = {"kernel_shape": 1, "strides": 1, "dilations": 1, "pads": 0}


def _on_images(parts: Parts) -> None:
    """Write an operator on signals as one on images; leave images to its op."""
    if len(parts.tensor().shape) != _SIGNAL_AXES or len(parts.node.outputs) > 1:
        return
    inputs = [parts.reshape(parts.input(), _with_height(parts.sizes()))]
    for index, name in enumerate(parts.node.inputs[1:], start=1):
        weight = parts.call.inputs[index]
        is_weight = weight is not None and len(weight.shape) == _SIGNAL_AXES
        inputs.append(parts.known(_image(weight)) if weight and is_weight else name)
    image = parts.add(parts.node.op_type, *inputs, **_attributes(parts))
    # The length is unknown here and left to the reshape.
    parts.give(parts.add("Squeeze", image, parts.integers([2])))


def _resize(parts: Parts) -> None:
    """Write resizing a signal as resizing an image of height 1."""
    if len(parts.tensor().shape) != _SIGNAL_AXES or "axes" in parts.call.attributes:
        return
    inputs = [parts.reshape(parts.input(), _with_height(parts.sizes())), ""]
    for tensor in parts.call.inputs[2:]:
        given = tensor is not None and tensor.data is not None and tensor.data.size
        data = np.insert(np.asarray(tensor.data), 2, 1) if tensor and given else None
        inputs.append("" if data is None else parts.constant("target", data))
    image = parts.add("Resize", *inputs, **dict(parts.call.attributes))
    parts.give(parts.add("Squeeze", image, parts.integers([2])))


def _with_height(sizes: tuple[int, ...]) -> tuple[int, int, int]:
    return sizes[0], 1, sizes[1]


def _image(weight: Tensor) -> Tensor:
    """Return a weight [K, C, k] as [K, C, 1, k]; a computed one is unchanged and refused later."""
    if weight.data is None:
        return weight
    channels_out, channels, size = (int(size) for size in weight.shape)
    data = weight.data.reshape(channels_out, channels, 1, size)
    return replace(weight, shape=data.shape, data=data)


def _attributes(parts: Parts) -> dict[str, Any]:
    """Return the operator's attributes with a height."""
    found = dict(parts.call.attributes)
    for name, of_height in _OF_HEIGHT.items():
        if name in found:
            found[name] = tuple(n for number in found[name] for n in (of_height, number))
    return found


COMPOSITIONS: Mapping[str, Callable[[Parts], None]] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "AveragePool",
                "Conv",
                "GlobalAveragePool",
                "GlobalMaxPool",
                "MaxPool",
            ),
            _on_images,
        ),
        "Resize": _resize,
    }
)
