"""SpaceToDepth: blocks of pixels become channels."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from compilers.op_parts.arguments import image, integer
from compilers.op_parts.kinds import MoveOp
from zoo.errors import HubError, UnsupportedOpError
from zoo.graph import Node, Shape, Tensor
from zoo.op import OnnxCall, Parsed

if TYPE_CHECKING:
    import torch

__all__ = ["OP"]

_ORDER = (0, 3, 5, 1, 2, 4)
"""Of N, C, H, row, W, column: the place in a block comes before the channel."""


class SpaceToDepth(MoveOp):
    """x [N, C, H * b, W * b] to [N, b * b * C, H, W].

    Pixel (row, column) of channel c in each block becomes channel (row * b + column) * C + c.
    attribute: block, which is b.
    """

    name = "space_to_depth"
    onnx_types = ("SpaceToDepth",)

    def parse(self, call: OnnxCall) -> Parsed:
        """Read SpaceToDepth; refuses a block that does not divide height and width."""
        x, block = image(call), int(call.attributes.get("blocksize", 1))
        if block < 1 or any(int(size) % block for size in x.shape[2:]):
            raise UnsupportedOpError(
                f"{call.where}: SpaceToDepth of '{x.name}' {x.shape} has blocks of {block}; they "
                "must divide height and width: pad the image"
            )
        return Parsed((x,), {"block": block})

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:
        """Write SpaceToDepth."""
        return OnnxCall("SpaceToDepth", {"blocksize": integer(node, "block")}, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:
        """Return [N, b * b * C, H, W]."""
        batch, *sizes = inputs[0].shape
        channels, height, width = (int(size) for size in sizes)
        block = integer(node, "block")
        if height % block or width % block:
            raise HubError(
                f"node '{node.name}' (space_to_depth): {height} x {width} pixels cannot be split "
                f"into blocks of {block} x {block}"
            )
        return (batch, channels * block**2, height // block, width // block)

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Move the values."""
        blocks, target = _shapes(node, inputs[0].shape)
        return inputs[0].reshape(blocks).transpose(_ORDER).reshape(target)

    def run_torch(self, node: Node, inputs: Sequence["torch.Tensor"]) -> "torch.Tensor":
        """Move the values."""
        blocks, target = _shapes(node, inputs[0].shape)
        return inputs[0].reshape(blocks).permute(_ORDER).reshape(target)


def _shapes(node: Node, shape: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return [N, C, H, b, W, b] and [N, b * b * C, H, W]."""
    count, channels, height, width = shape
    block = integer(node, "block")
    rows, columns = height // block, width // block
    blocks = (count, channels, rows, block, columns, block)
    return blocks, (count, channels * block**2, rows, columns)


OP = SpaceToDepth()
