"""TFLite files of users, as an importer plugin."""

from collections.abc import Mapping
from pathlib import Path

from zoo.contract import FileInput
from zoo.errors import HubError
from zoo.file_content import file_content
from zoo.graph import Graph
from zoo.plugs import DeclaredInput, Importer

__all__ = ["IMPORTER", "TfliteImporter"]

_IDENTIFIER = b"TFL3"


class TfliteImporter(Importer):
    """TFLite of version 3, float or quantized, from any converter."""

    name = "tflite"
    suffix = ".tflite"
    layout = "nhwc"
    executor = "litert-source"
    inspector = "litert-source"
    runtime = "litert-source"
    tie_steps = 1  # LiteRT rounds ties up or away from zero, XNNPACK also to even

    def recognises(self, head: bytes) -> bool:
        """Return whether the file has TFLite's identifier."""
        return head[4:8] == _IDENTIFIER

    def is_quantized(self, file: Path) -> bool:
        """Return whether a computed tensor holds integers."""
        from compilers.tflite.decode import decode
        from compilers.tflite.user_file.translation import is_quantized

        tensors = decode(file_content(file, HubError), str(file)).tensors
        return any(is_quantized(tensor) and not tensor.data for tensor in tensors)

    def import_file(self, file: Path, inputs: Mapping[str, FileInput]) -> Graph:
        """Return the file as a Graph with a dynamic batch.

        inputs: images have the layout nhwc. Raises ArtifactError for a damaged file, HubError, or
        UnsupportedOpError with the op.
        """
        from compilers.hub.import_file import import_model
        from compilers.tflite.decode import decode
        from compilers.tflite.user_file.take_inputs import laid_inputs
        from compilers.tflite.user_file.to_onnx import to_onnx

        where = str(file)
        decoded = decode(file_content(file, HubError), where)
        laid = laid_inputs(decoded, inputs, where)
        return import_model(to_onnx(decoded, where), laid, where)

    def declared_inputs(self, file: Path) -> tuple[DeclaredInput, ...]:
        """Return the inputs as the file declares them; quantized ones are fed as reals."""
        from compilers.tflite.decode import decode
        from compilers.tflite.user_file.take_inputs import declared_inputs

        return declared_inputs(decode(file_content(file, HubError), str(file)))

    def data_files(self, file: Path) -> tuple[Path, ...]:  # noqa: ARG002
        """Return nothing: weights are in the file."""
        return ()


IMPORTER = TfliteImporter()
