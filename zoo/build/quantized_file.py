"""Whether an ONNX file is quantized already, told from its bytes: reading it takes a second."""

from pathlib import Path

__all__ = ["is_quantized"]

# As protobuf writes NodeProto.op_type: tag 0x22, length, text. A network's inputs are reals, so
# that every quantized one has it, QLinear operators or not.
_QUANTIZE = b'"\x0eQuantizeLinear'


def is_quantized(file: Path) -> bool:
    """Return whether an operator of the file quantizes."""
    return _QUANTIZE in file.read_bytes()
