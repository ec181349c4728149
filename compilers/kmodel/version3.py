"""Version 3 of the format: nncase 0.1, and `kpu_load_kmodel` of the K210 standalone SDK."""

import struct

from compilers.kmodel.byte_reader import ByteReader
from compilers.kmodel.kmodel import Convolution, CpuNode, Kmodel, Memory, MemoryRange
from compilers.kmodel.node_forms import CONVOLUTION, read_node, write_node
from compilers.kmodel.parameters import (
    NORM_BYTES,
    SEGMENTS_BYTES,
    pack_norms,
    pack_segments,
    unpack_norms,
    unpack_segments,
)
from compilers.kmodel.registers import (
    REGISTERS_BYTES,
    KpuLayer,
    pack_registers,
    unpack_registers,
)

__all__ = ["VERSION", "read", "write"]

VERSION = 3

_HEADER, _OUTPUT, _NODE, _CONVOLUTION = "7I", "2I", "2I", "6I"
_BODY_ALIGNMENT = 8
_SPARE = _BODY_ALIGNMENT - 1
"""nncase counts the gap behind the last body, but may not write it."""
_ALIGNMENTS = (8, 128, 128, 256)
"""Of registers, weights, batch norms, segments in the file."""
_TO_MAIN_MEMORY = 1
_EIGHT_BITS = 1


def read(content: bytes) -> Kmodel:
    """Return the file; raises ValueError for a damaged one."""
    reader = ByteReader(content)
    _, flags, arch, node_count, first_row, main_bytes, output_count = reader.unpack(
        _HEADER, "the header"
    )
    outputs = tuple(
        MemoryRange(Memory.MAIN, "float32", start, size)
        for start, size in reader.rows(output_count, _OUTPUT, "outputs")
    )
    headers = reader.rows(node_count, _NODE, "layer headers")
    item_bytes = 1 if flags & _EIGHT_BITS else 2
    nodes = tuple(
        _read_node(code, reader.part(size, f"body {index}", _SPARE), index, item_bytes)
        for index, (code, size) in enumerate(headers)
    )
    return Kmodel(
        version=VERSION,
        main_bytes=main_bytes,
        outputs=outputs,
        nodes=nodes,
        flags=flags,
        target=arch,
        kpu_first_row=first_row,
    )


def write(model: Kmodel) -> bytes:
    """Return the file; raises ValueError for a value that the format cannot hold."""
    content = bytearray(
        struct.pack(
            f"<{_HEADER}",
            *(VERSION, model.flags, model.target, len(model.nodes)),
            *(model.kpu_first_row, model.main_bytes, len(model.outputs)),
        )
    )
    for place in model.outputs:
        content += struct.pack(f"<{_OUTPUT}", place.start, place.size_bytes)
    headers_at = len(content)
    content += bytes(struct.calcsize(f"<{_NODE}") * len(model.nodes))
    headers = bytearray()
    for node in model.nodes:
        start = len(content)
        content += (
            write_node(VERSION, node) if isinstance(node, CpuNode) else _convolution(node, start)
        )
        content += bytes(-len(content) % _BODY_ALIGNMENT)
        code = node.code if isinstance(node, CpuNode) else CONVOLUTION[VERSION]
        headers += struct.pack(f"<{_NODE}", code, len(content) - start)
    content[headers_at : headers_at + len(headers)] = headers
    return bytes(content)


def _read_node(code: int, body: ByteReader, index: int, item_bytes: int) -> Convolution | CpuNode:
    try:
        if code == CONVOLUTION[VERSION]:
            return _read_convolution(body, item_bytes)
        return read_node(VERSION, code, body)
    except ValueError as error:
        raise ValueError(f"layer {index}: {error}") from error


def _read_convolution(body: ByteReader, item_bytes: int) -> Convolution:
    """Return the layer. Its parameters are where the body says, anywhere in the file."""
    flags, main_start, *places = body.unpack(_CONVOLUTION, "the layer")
    at_layer, at_weights, at_norms, at_segments = (body.at(place) for place in places)
    layer, _ = unpack_registers(at_layer.take(REGISTERS_BYTES, "registers"))
    if not layer.kernel_size:
        raise ValueError(f"its kernel type is {layer.kernel_type}; known are 0 (1x1) and 1 (3x3)")
    norms = at_norms.take(NORM_BYTES * layer.output_channels, "norms")
    segments = at_segments.take(SEGMENTS_BYTES, "segments")
    return Convolution(
        layer=layer,
        norms=unpack_norms(norms),
        segments=unpack_segments(segments),
        weights=at_weights.take(item_bytes * layer.weights_count, "weights"),
        main_output=_main_output(layer, main_start) if flags & _TO_MAIN_MEMORY else None,
    )


def _main_output(layer: KpuLayer, start: int) -> MemoryRange:
    size = layer.output_channels * layer.output_height * layer.output_width
    return MemoryRange(Memory.MAIN, "uint8", start, size)


def _convolution(node: Convolution, start: int) -> bytes:
    """Return the body. start: its position in the file."""
    parts = (
        pack_registers(node.layer),
        node.weights,
        pack_norms(node.norms),
        pack_segments(node.segments),
    )
    body, places = bytearray(struct.calcsize(f"<{_CONVOLUTION}")), []
    for part, alignment in zip(parts, _ALIGNMENTS, strict=True):
        body += bytes(-(start + len(body)) % alignment)
        places.append(start + len(body))
        body += part
    main = node.main_output
    flags, main_start = (0, 0) if main is None else (_TO_MAIN_MEMORY, main.start)
    struct.pack_into(f"<{_CONVOLUTION}", body, 0, flags, main_start, *places)
    return bytes(body)
