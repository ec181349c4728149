"""A renderer of which the compiler wants no more than its name."""

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl


class Plugin:
    name = "kind-renderer"
    suffix = ".kind-renderer"


PLUGIN = Plugin()


@hookimpl
def register_renderers():
    return [Descriptor("kind-renderer", "kind_renderer:PLUGIN")]
