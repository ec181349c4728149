"""The hub as a format plugin."""

from collections.abc import Mapping
from pathlib import Path

from compilers.hub.import_file import import_file
from compilers.hub.model_file import data_files
from compilers.hub.op_check import op_faults
from compilers.hub.read import read
from compilers.hub.simplify import simplify
from compilers.hub.take_inputs import declared_inputs
from compilers.hub.write import write
from zoo.contract import FileInput
from zoo.graph import Graph
from zoo.op import Op
from zoo.plugs import DeclaredInput

__all__ = ["HUB", "OnnxFormat"]


class OnnxFormat:
    """ONNX; reads hubs of opset 13 to 21, writes opset 21. `read(write(graph)) == graph`."""

    name = "onnx"
    suffix = ".onnx"

    def read(self, content: bytes, where: str) -> Graph:
        """Return the Graph; raises HubError naming `where`."""
        return read(content, where)

    def write(self, graph: Graph) -> bytes:
        """Return the file's content, byte-identical for the same Graph."""
        return write(graph)

    def import_file(self, file: Path, inputs: Mapping[str, FileInput]) -> Graph:
        """Return a user's file as a Graph with a dynamic batch."""
        return import_file(file, inputs)

    def declared_inputs(self, file: Path) -> tuple[DeclaredInput, ...]:
        """Return a user's file's inputs as it declares them."""
        return declared_inputs(file)

    def data_files(self, file: Path) -> tuple[Path, ...]:
        """Return the files with a model's external weights."""
        return data_files(file)

    def simplify(self, content: bytes, where: str) -> bytes:
        """Return an equivalent file with constants folded and no-ops removed."""
        return simplify(content, where)

    def op_faults(self, op: Op) -> list[str]:
        """Return what is wrong with an op's ONNX form."""
        return op_faults(op)


HUB = OnnxFormat()
