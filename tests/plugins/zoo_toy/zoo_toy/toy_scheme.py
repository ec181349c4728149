"""A scheme: 8 bits as the toy chip wants them."""

from zoo.scheme import Scheme

__all__ = ["SCHEME"]

SCHEME = Scheme(
    name="toy-w8a8",
    summary="8-bit asymmetric activations, signed; one scale for all weights of a layer",
    activation_signed=True,
    activation_symmetric=False,
    weight_per_channel=False,
)
