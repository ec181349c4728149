"""The hub as a format plugin."""

from compilers.hub.read import read
from compilers.hub.simplify import simplify
from compilers.hub.write import write
from zoo.graph import Graph

__all__ = ["HUB", "OnnxFormat"]


class OnnxFormat:
    """ONNX of opset 13 to 21; written is opset 21. `read(write(graph)) == graph`."""

    name = "onnx"
    suffix = ".onnx"

    def read(self, content: bytes, where: str) -> Graph:
        """Return the Graph; raises HubError naming `where`."""
        return read(content, where)

    def write(self, graph: Graph) -> bytes:
        """Return the file's content, the same bytes for the same Graph."""
        return write(graph)

    def simplify(self, content: bytes, where: str) -> bytes:
        """Return an equivalent file with constants folded and no-ops gone."""
        return simplify(content, where)


HUB = OnnxFormat()
