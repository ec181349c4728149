"""One layer of the accelerator."""

from dataclasses import dataclass
from math import prod

from zoo.graph import Node

__all__ = ["PROCESSORS_OF_A_MEMORY", "Layer"]

PROCESSORS_OF_A_MEMORY = 4
"""Each reads one channel, so a word of the memory has four bytes."""


@dataclass(frozen=True)
class Layer:
    """One layer. node: the convolution or dense layer.

    channels, height, width: of what it reads, before the pool.  pool: side of the windows, 1 for
    none.  kernel, pad: of a convolution, 1 and 0 for a dense layer.  flatten: whether a dense layer
    reads the pixels of an image.  outputs: channels.  output_height, output_width: 1 for a dense
    layer.  relu: whether negative results become 0.
    """

    node: Node
    channels: int
    height: int
    width: int
    pool: int
    kernel: int
    pad: int
    flatten: bool
    outputs: int
    output_height: int
    output_width: int
    relu: bool
    weight_bits: int
    has_bias: bool

    @property
    def is_dense(self) -> bool:
        """Whether it is a dense layer."""
        return self.node.op == "dense"

    @property
    def pooled(self) -> tuple[int, int]:
        """Height and width after the pool."""
        return self.height // self.pool, self.width // self.pool

    @property
    def weights(self) -> int:
        """Number of weights."""
        pixels = prod(self.pooled) if self.is_dense else self.kernel**2
        return self.channels * pixels * self.outputs

    @property
    def weight_bytes(self) -> int:
        """Size of the weights, packed, in whole bytes, as ai8xize.py counts them."""
        return self.weights * self.weight_bits // 8

    @property
    def bias_bytes(self) -> int:
        """Size of the bias, one byte for each output."""
        return self.outputs if self.has_bias else 0
