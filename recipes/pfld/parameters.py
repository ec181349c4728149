"""Parameter counts, compared with an earlier implementation.

"Facial landmark detection on mobile devices" (thesis, Oulu 2020) states 322,864 parameters at
width 0.25 and 1,236,544 at 1.0. These counts are reproduced exactly with

- the expanded channels of all bottlenecks as at width 1.0, and S1, S2, S3 scaled instead;
- neither bias nor batch norm in the last convolution, and no bias in the fully connected layer;
- means and variances of batch norms counted as parameters.

Ours scales the expanded channels too, as MobileNetV2 does, because they are most of the work,
and keeps S1, S2 and S3, from which the points are read.
"""

from torch import nn

from recipes.pfld.net import Channels, Pfld

__all__ = ["parameters", "statistics", "thesis_parameters"]


def parameters(net: nn.Module) -> int:
    """Return the number of trained parameters."""
    return sum(parameter.numel() for parameter in net.parameters())


def statistics(net: nn.Module) -> int:
    """Return the number of means and variances in the batch norms."""
    return sum(buffer.numel() for buffer in net.buffers() if buffer.ndim > 0)


def thesis_parameters(width: float, points: int = 68) -> int:
    """Return the count of the thesis's network, built from our blocks."""
    full = Channels()
    s1, s2, s3 = (round(width * channels) for channels in full.scales)
    channels = Channels(
        round(width * full.shallow), round(width * full.deep), full.hidden, (s1, s2, s3)
    )
    net = Pfld(points, channels)
    batch_norm, biases = 4 * s3, 2 * points
    return parameters(net) + statistics(net) - batch_norm - biases
