"""A form of packages: the program alone."""

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.plugs import Package


class Program(Package):
    name = "kind"

    def write(self, bundle, file):
        file.write_bytes((bundle.folder / "app" / "app").read_bytes())


PACKAGE = Program()


@hookimpl
def register_packages():
    return [Descriptor("kind", "kind_package:PACKAGE")]
