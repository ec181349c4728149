"""A board of other distributions' plugins."""

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.target import Target

TARGET = Target(
    name="kind-target",
    summary="every plugin is of a distribution of its own",
    compiler="kind-compiler",
    executor="kind-executor",
    app="kind-app",
    schemes={"ptq": "kind-scheme"},
    package="kind",
)


@hookimpl
def register_targets():
    return [Descriptor("kind-target", "kind_target:TARGET")]
