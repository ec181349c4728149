"""A describer of which the compiler wants no more than its name."""

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl


class Plugin:
    name = "kind-describer"
    suffix = ".kind-describer"


PLUGIN = Plugin()


@hookimpl
def register_describers():
    return [Descriptor("kind-describer", "kind_describer:PLUGIN")]
