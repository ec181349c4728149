"""From face crops to the network's input, like the contract's last steps."""

import torch
from torch import Tensor

__all__ = ["network_input"]

# ITU-R BT.601, as in the contract step 'gray'.
_LUMA = (77 / 256, 150 / 256, 29 / 256)


def network_input(cuts: Tensor, channels: int) -> Tensor:
    """Return (pixel - 128) / 128 [N, channels, S, S], of luma for one channel.

    cuts: [N, 3, S, S] in 0..1.
    """
    if channels == 1:
        luma = torch.tensor(_LUMA, device=cuts.device).view(1, 3, 1, 1)
        cuts = (cuts * luma).sum(dim=1, keepdim=True)
    x = (255 * cuts - 128) / 128
    return x.contiguous(memory_format=torch.channels_last)  # the fastest layout on CPUs
