"""A renderer of which the compiler wants no more than its name."""

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.plugs import Renderer


class Plugin(Renderer):
    name = "kind-renderer"
    suffix = ".kind-renderer"

    def render(self, program):
        raise NotImplementedError


PLUGIN = Plugin()


@hookimpl
def register_renderers():
    return [Descriptor("kind-renderer", "kind_renderer:PLUGIN")]
