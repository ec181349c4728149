"""A format of which the compiler wants no more than its name."""

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl


class Plugin:
    name = "kind-format"
    suffix = ".kind-format"


PLUGIN = Plugin()


@hookimpl
def register_formats():
    return [Descriptor("kind-format", "kind_format:PLUGIN")]
