"""DepthToSpace: channels become pixels, as in PyTorch's PixelShuffle."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from compilers.op_parts.arguments import image, integer, text
from compilers.op_parts.kinds import MoveOp
from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Node, Shape, Tensor
from zoo.op import OnnxCall, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]

_SPLIT = {"DCR": (0, 3, 4, 1, 5, 2), "CRD": (0, 1, 4, 2, 5, 3)}
"""Axes of N, C, H, row, W and column of a block in the split channels-first input."""


class DepthToSpace(MoveOp):
    """x [N, C * b * b, H, W] to [N, C, H * b, W * b].

    attributes: block, which is b; mode, 'DCR' where channel (row * b + column) * C + c becomes
    pixel (row, column) of channel c in each block, 'CRD' where channel c * b * b + row * b + column
    does.
    """

    name = "depth_to_space"
    onnx_types = ("DepthToSpace",)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read DepthToSpace of opset 11; refuses a block that does not divide the channels."""
        x, block = image(call), int(call.attributes.get("blocksize", 1))
        mode = call.attributes.get("mode", "DCR")
        if mode not in _SPLIT or block < 1 or int(x.shape[1]) % block**2:
            raise UnsupportedOpError(
                f"{call.where}: DepthToSpace of '{x.name}' {x.shape} has blocks of {block} and "
                f"mode '{mode}'; only modes DCR and CRD are supported, and a multiple of "
                f"{block**2} channels: export the file again"
            )
        return Parsed((x,), {"block": block, "mode": mode})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write DepthToSpace."""
        attributes = {"blocksize": integer(node, "block"), "mode": text(node, "mode")}
        return OnnxCall("DepthToSpace", attributes, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return [N, C, H * b, W * b]."""
        batch, *sizes = inputs[0].shape
        channels, height, width = (int(size) for size in sizes)
        block = integer(node, "block")
        if channels % block**2:
            raise HubError(
                f"node '{node.name}' (depth_to_space): {channels} channels cannot be split into "
                f"blocks of {block} x {block} pixels"
            )
        return (batch, channels // block**2, height * block, width * block)

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Move the values."""
        count, *sizes = inputs[0].shape
        split = inputs[0].reshape(count, *_split_channels(node, sizes))
        moved = split.transpose(_SPLIT[text(node, "mode")])
        return moved.reshape(count, *_target(node, sizes))

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Move the values."""
        count, *sizes = inputs[0].shape
        split = inputs[0].reshape(count, *_split_channels(node, sizes))
        moved = split.permute(_SPLIT[text(node, "mode")])
        return moved.reshape(count, *_target(node, sizes))


def _split_channels(node: Node, sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the sizes with the channels' three parts as axes of their own."""
    channels, height, width = sizes
    block = integer(node, "block")
    rest = channels // block**2
    parts = (block, block, rest) if text(node, "mode") == "DCR" else (rest, block, block)
    return (*parts, height, width)


def _target(node: Node, sizes: Sequence[int]) -> tuple[int, ...]:
    channels, height, width = sizes
    block = integer(node, "block")
    return channels // block**2, height * block, width * block


OP = DepthToSpace()
