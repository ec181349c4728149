"""The network: 3x3 convolutions, each but the first after a 2x2 pool, and a linear layer.

Only the linear layer has a bias; there is no batch norm. So the accelerator has one bias value for
each class, and the operation counts are those of the original networks.
"""

from torch import Tensor, nn
from torch.nn import functional

from recipes.facenet.variants import CLASSES, Variant

__all__ = ["FaceNet"]


class FaceNet(nn.Module):
    """Logits of 'no face' and 'face'.

    forward: image [N, 3, 88, 88], or folded [N, 48, 22, 22] -> logits [N, 2], alone.
    """

    def __init__(self, variant: Variant) -> None:
        super().__init__()
        inputs = (variant.input_shape[0], *variant.channels[:-1])
        self.convolutions = nn.ModuleList(
            _convolution(wide_in, wide_out)
            for wide_in, wide_out in zip(inputs, variant.channels, strict=True)
        )
        self.classes = nn.Linear(variant.channels[-1] * variant.last_side**2, len(CLASSES))

    def forward(self, image: Tensor) -> tuple[Tensor]:
        """image: [N, C, H, W]."""
        x = image
        for index, convolution in enumerate(self.convolutions):
            pooled = functional.max_pool2d(x, 2) if index else x
            x = functional.relu(convolution(pooled))
        return (self.classes(x.flatten(1)),)


def _convolution(channels_in: int, channels_out: int) -> nn.Conv2d:
    made = nn.Conv2d(channels_in, channels_out, 3, padding=1, bias=False)
    nn.init.kaiming_normal_(made.weight, nonlinearity="relu")
    return made
