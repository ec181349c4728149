"""An op with a lowering for each back end: DepthToSpace, in which channels become pixels.

The 4 * C channels of a pixel become a square of 2 x 2 pixels, row by row (ONNX's mode DCR).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from numpy.typing import NDArray

from zoo.graph import Node, Shape, Tensor
from zoo.lowering import NodeView
from zoo.op import OnnxCall, Op, Parsed

__all__ = ["OP", "lower_to_c", "lower_to_tflite"]

_BLOCK = 2


class DepthToSpace(Op):
    """x [N, 4 * C, H, W] to [N, C, 2 * H, 2 * W]: values only move."""

    name = "toy_depth_to_space"
    onnx_types = ("ToyDepthToSpace",)
    onnx_function = "ToyDepthToSpace (x) => (y) { y = DepthToSpace <blocksize = 2> (x) }"
    shares_quantization = True
    rounds = False

    def parse(self, call: OnnxCall) -> Parsed:
        """Read the function."""
        (x,) = (tensor for tensor in call.inputs if tensor)
        return Parsed((x,))

    def express(self, node: Node, inputs: Sequence[Tensor]) -> OnnxCall:  # noqa: ARG002
        """Write the function."""
        return OnnxCall("ToyDepthToSpace", {}, tuple(inputs))

    def infer_shape(self, node: Node, inputs: Sequence[Tensor]) -> Shape:  # noqa: ARG002
        """Return fewer channels, more pixels."""
        batch, channels, height, width = inputs[0].shape
        return batch, int(channels) // _BLOCK**2, int(height) * _BLOCK, int(width) * _BLOCK

    def run_float(self, node: Node, inputs: Sequence[NDArray[Any]]) -> NDArray[Any]:  # noqa: ARG002
        """Move the values."""
        batch, depth, height, width = inputs[0].shape
        channels = depth // _BLOCK**2
        blocks = inputs[0].reshape(batch, _BLOCK, _BLOCK, channels, height, width)
        moved = blocks.transpose(0, 3, 4, 1, 5, 2)
        return moved.reshape(batch, channels, height * _BLOCK, width * _BLOCK)

    def run_integer(
        self,
        node: Node,
        inputs: Sequence[NDArray[Any]],
        tensors: Sequence[Tensor],  # noqa: ARG002
        output: Tensor,  # noqa: ARG002
    ) -> NDArray[Any]:
        """Move the integers."""
        return self.run_float(node, inputs)


def lower_to_c(view: Any) -> Iterator[Any]:
    """Copy by four loops: over rows, rows of a block, columns, and the values of a block's row."""
    height, width, depth = (int(size) for size in view.inputs[0].shape[1:])
    line = depth // _BLOCK
    settings = {
        "sizes": (height, _BLOCK, width, line),
        "input_strides": (width * depth, line, depth, 1),
        "output_strides": (width * depth, width * line, line, 1),
    }
    yield view.call("copy", settings, [view.operand(0)])


def lower_to_tflite(scope: Any, view: NodeView) -> None:
    """Add DEPTH_TO_SPACE."""
    x, output = scope.read(view), scope.output(view.output.name)
    options = "DepthToSpaceOptions"
    scope.add("DEPTH_TO_SPACE", [x], output, options, {"blockSize": _BLOCK})


OP = DepthToSpace()
