"""An importer of which the compiler wants no more than its name."""

from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.plugs import Importer


class Plugin(Importer):
    name = "kind-importer"
    suffix = ".kind-importer"
    layout = "nchw"
    executor = inspector = runtime = "onnxruntime"

    def recognises(self, head):  # noqa: ARG002
        return False

    def is_quantized(self, file):
        raise NotImplementedError

    def declared_inputs(self, file):
        raise NotImplementedError

    def import_file(self, file, inputs):
        raise NotImplementedError

    def data_files(self, file):
        raise NotImplementedError


PLUGIN = Plugin()


@hookimpl
def register_importers():
    return [Descriptor("kind-importer", "kind_importer:PLUGIN")]
