"""Whether an ONNX file is already quantized, from its bytes, since parsing it takes a second."""

from pathlib import Path

__all__ = ["is_quantized"]

# As protobuf writes NodeProto.op_type: tag 0x22, length, text. A network's inputs are reals, so
# every quantized one contains it, with or without QLinear operators.
_QUANTIZE = b'"\x0eQuantizeLinear'


def is_quantized(file: Path) -> bool:
    """Return whether an operator of the file quantizes."""
    return _QUANTIZE in file.read_bytes()
