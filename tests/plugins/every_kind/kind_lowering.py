"""A lowering of which the compiler wants no more than that it is there."""

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl


def lower(scope, node):
    raise NotImplementedError


@hookimpl
def register_lowerings():
    return [Descriptor("kind-compiler/kind_triangle", "kind_lowering:lower")]
