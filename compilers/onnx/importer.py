"""ONNX files of users, as an importer plugin. Loading it loads no onnx, which takes a second."""

from collections.abc import Mapping
from pathlib import Path

from zoo.contract import FileInput
from zoo.graph import Graph
from zoo.plugs import DeclaredInput, Importer

__all__ = ["IMPORTER", "OnnxImporter"]

# As protobuf writes NodeProto.op_type: tag 0x22, length, text. A network's inputs are reals, so
# every quantized one contains it, with or without QLinear operators.
_QUANTIZE = b'"\x0eQuantizeLinear'

_EXTERNAL = b"location"
"""The key by which ONNX names files of weights."""


class OnnxImporter(Importer):
    """ONNX of opset 6 to 28, float or quantized."""

    name = "onnx"
    suffix = ".onnx"
    layout = "nchw"
    executor = "onnxruntime-source"
    inspector = "onnxruntime-unoptimized"
    runtime = "onnxruntime"

    def recognises(self, head: bytes) -> bool:  # noqa: ARG002
        """Return False: ONNX has no mark, its files are known by their suffix."""
        return False

    def is_quantized(self, file: Path) -> bool:
        """Return whether an operator of the file quantizes, by its bytes."""
        return _QUANTIZE in file.read_bytes()

    def import_file(self, file: Path, inputs: Mapping[str, FileInput]) -> Graph:
        """Return the file as a Graph with a dynamic batch."""
        from compilers.hub.import_file import import_file

        return import_file(file, inputs)

    def declared_inputs(self, file: Path) -> tuple[DeclaredInput, ...]:
        """Return the inputs as the file declares them."""
        from compilers.hub.take_inputs import declared_inputs

        return declared_inputs(file)

    def metadata(self, file: Path) -> Mapping[str, str]:
        """Return the file's metadata_props."""
        from compilers.hub.model_file import metadata_of

        return metadata_of(file)

    def data_files(self, file: Path) -> tuple[Path, ...]:
        """Return the files with a model's external weights."""
        if _EXTERNAL not in file.read_bytes():
            return ()
        from compilers.hub.model_file import data_files

        return data_files(file)


IMPORTER = OnnxImporter()
