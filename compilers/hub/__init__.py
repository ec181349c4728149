"""The hub: a Graph as ONNX, float or with QuantizeLinear and DequantizeLinear."""

from compilers.hub.import_file import import_file
from compilers.hub.onnx_format import HUB
from compilers.hub.read import read
from compilers.hub.simplify import simplify
from compilers.hub.write import write

__all__ = ["HUB", "import_file", "read", "simplify", "write"]
