"""Version 4 of the format: nncase 0.2, and the K210 standalone SDK's runtime for it."""

import struct

from compilers.kmodel.byte_reader import ByteReader
from compilers.kmodel.kmodel import Convolution, CpuNode, Kmodel, MemoryRange
from compilers.kmodel.node_forms import (
    CONVOLUTION,
    read_node,
    read_range,
    write_node,
    write_range,
)
from compilers.kmodel.parameters import (
    NORM_BYTES,
    SEGMENTS_BYTES,
    pack_norms,
    pack_segments,
    unpack_norms,
    unpack_segments,
)
from compilers.kmodel.registers import REGISTERS_BYTES, pack_registers, unpack_registers

__all__ = ["IDENTIFIER", "VERSION", "read", "write"]

IDENTIFIER, VERSION = b"LDMK", 4

_HEADER = "4s9I"
_SHAPE, _NODE, _BATCHES = "4i", "2I", "2i"
_RANGE_BYTES = 16
_BODY_ALIGNMENT = 8
_SPARE = _BODY_ALIGNMENT - 1
"""nncase counts the gap behind the last body, but may not write it."""
_PARAMETER_ALIGNMENT = 256
"""Of batch norms, segments and weights: the KPU's bursts read whole lines."""


def read(content: bytes) -> Kmodel:
    """Return the file; raises ValueError for a damaged one."""
    reader = ByteReader(content)
    _, _, flags, target, constant_bytes, main_bytes, node_count, input_count, output_count, _ = (
        reader.unpack(_HEADER, "the header")
    )
    inputs = _ranges(reader, input_count, "inputs")
    shapes = reader.rows(input_count, _SHAPE, "input shapes")
    outputs = _ranges(reader, output_count, "outputs")
    constants = reader.take(constant_bytes, "constants")
    headers = reader.rows(node_count, _NODE, "node headers")
    nodes = tuple(
        _read_node(code, reader.part(size, f"body {index}", _SPARE), index)
        for index, (code, size) in enumerate(headers)
    )
    return Kmodel(
        version=VERSION,
        main_bytes=main_bytes,
        outputs=outputs,
        nodes=nodes,
        inputs=inputs,
        input_shapes=shapes,
        constants=constants,
        flags=flags,
        target=target,
    )


def write(model: Kmodel) -> bytes:
    """Return the file; raises ValueError for a value that the format cannot hold."""
    counts = len(model.nodes), len(model.inputs), len(model.outputs)
    content = bytearray(
        struct.pack(
            f"<{_HEADER}",
            *(IDENTIFIER, VERSION, model.flags, model.target, len(model.constants)),
            *(model.main_bytes, *counts, 0),
        )
    )
    content += b"".join(write_range(place) for place in model.inputs)
    content += b"".join(struct.pack(f"<{_SHAPE}", *shape) for shape in model.input_shapes)
    content += b"".join(write_range(place) for place in model.outputs)
    content += model.constants
    headers_at = len(content)
    content += bytes(struct.calcsize(f"<{_NODE}") * len(model.nodes))
    headers = bytearray()
    for node in model.nodes:
        start = len(content)
        content += _write_node(node, start)
        content += bytes(-len(content) % _BODY_ALIGNMENT)
        code = node.code if isinstance(node, CpuNode) else CONVOLUTION[VERSION]
        headers += struct.pack(f"<{_NODE}", code, len(content) - start)
    content[headers_at : headers_at + len(headers)] = headers
    return bytes(content)


def _ranges(reader: ByteReader, count: int, what: str) -> tuple[MemoryRange, ...]:
    part = reader.part(count * _RANGE_BYTES, f"{count} {what}")
    return tuple(read_range(part, f"{what} {index}") for index in range(count))


def _read_node(code: int, body: ByteReader, index: int) -> Convolution | CpuNode:
    try:
        if code == CONVOLUTION[VERSION]:
            return _read_convolution(body)
        return read_node(VERSION, code, body)
    except ValueError as error:
        raise ValueError(f"node {index}: {error}") from error


def _read_convolution(body: ByteReader) -> Convolution:
    """Return the node. Its address fields hold how many bytes to skip before each parameter."""
    main_output = read_range(body, "main_output")
    batches, _ = body.unpack(_BATCHES, "batches")
    layer, skips = unpack_registers(body.take(REGISTERS_BYTES, "registers"))
    if not layer.kernel_size:
        raise ValueError(f"its kernel type is {layer.kernel_type}; known are 0 (1x1) and 1 (3x3)")
    sizes = NORM_BYTES * layer.output_channels, SEGMENTS_BYTES, layer.weights_count
    found = []
    for what, skip, size in zip(("norms", "segments", "weights"), skips, sizes, strict=True):
        body.take(skip, f"the gap before the {what}")
        found.append(body.take(size, what))
    norms, segments, weights = found
    return Convolution(
        layer=layer,
        norms=unpack_norms(norms),
        segments=unpack_segments(segments),
        weights=weights,
        main_output=main_output if main_output.size_bytes else None,
        batches=batches,
    )


def _write_node(node: Convolution | CpuNode, start: int) -> bytes:
    return write_node(VERSION, node) if isinstance(node, CpuNode) else _convolution(node, start)


def _convolution(node: Convolution, start: int) -> bytes:
    """Return the body. start: its position in the file, on which the gaps depend."""
    nowhere = bytes(_RANGE_BYTES)
    head = nowhere if node.main_output is None else write_range(node.main_output)
    head += struct.pack(f"<{_BATCHES}", node.batches, 0)
    position, skips, parameters = start + len(head) + REGISTERS_BYTES, [], bytearray()
    for part in (pack_norms(node.norms), pack_segments(node.segments), node.weights):
        skips.append(-position % _PARAMETER_ALIGNMENT)
        parameters += bytes(skips[-1]) + part
        position += skips[-1] + len(part)
    norms, segments, weights = skips
    return head + pack_registers(node.layer, (norms, segments, weights)) + bytes(parameters)
