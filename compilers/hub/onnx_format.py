"""The hub as a format plugin."""

from compilers.hub.op_check import op_faults
from compilers.hub.read import read
from compilers.hub.simplify import simplify
from compilers.hub.write import write
from zoo.graph import Graph
from zoo.op import Op
from zoo.provenance.used import remembered

__all__ = ["HUB", "OnnxFormat"]


_KEPT = 4
"""A chain's proof reads the float and the integer hub of two networks, again and again."""

_read = remembered(read, _KEPT)


class OnnxFormat:
    """ONNX; reads hubs of opset 13 to 21, writes opset 21. `read(write(graph)) == graph`."""

    name = "onnx"
    suffix = ".onnx"

    def read(self, content: bytes, where: str) -> Graph:
        """Return the Graph; raises HubError naming `where`."""
        return _read(content, where)

    def write(self, graph: Graph) -> bytes:
        """Return the file's content, byte-identical for the same Graph."""
        return write(graph)

    def simplify(self, content: bytes, where: str) -> bytes:
        """Return an equivalent file with constants folded and no-ops removed."""
        return simplify(content, where)

    def op_faults(self, op: Op) -> list[str]:
        """Return what is wrong with an op's ONNX form."""
        return op_faults(op)


HUB = OnnxFormat()
