"""A scheme like w8a8-asym."""

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.scheme import Scheme

SCHEME = Scheme(
    "kind-scheme",
    "8 bits",
    activation_signed=False,
    activation_symmetric=False,
    weight_per_channel=True,
)


@hookimpl
def register_schemes():
    return [Descriptor("kind-scheme", "kind_scheme:SCHEME")]
