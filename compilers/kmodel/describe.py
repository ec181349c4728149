"""Describes a .kmodel file for `zoo show FILE.kmodel`."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict

from compilers.kmodel.decode import decode
from compilers.kmodel.kmodel import (
    ROW_BYTES,
    Convolution,
    CpuNode,
    Kmodel,
    Memory,
    MemoryRange,
)
from compilers.kmodel.kpu_memory import input_image, output_image
from compilers.kmodel.node_forms import node_name
from compilers.kmodel.pools import POOLS
from compilers.kmodel.registers import KpuLayer
from compilers.kmodel.version5 import VERSION, Headers

__all__ = ["DESCRIBER", "KmodelDescriber"]

_CONVOLUTION = "kpu_conv2d"
_TARGETS: Mapping[int, Mapping[int, str]] = {3: {0: "k210"}, 4: {0: "cpu", 1: "k210"}}


class KmodelDescriber:
    """Reads versions 3 and 4 wholly, and the headers of version 5, from any program."""

    name = "kmodel"
    suffix = ".kmodel"

    def describe(self, content: bytes, where: str) -> Mapping[str, object]:
        """Return facts in JSON types; raises ArtifactError naming `where`."""
        model = decode(content, where)
        facts = _headers(model) if isinstance(model, Headers) else _facts(model)
        return {"kind": self.name, **facts}


def _facts(model: Kmodel) -> dict[str, object]:
    names = [_name(model, node) for node in model.nodes]
    convolutions = [node for node in model.nodes if isinstance(node, Convolution)]
    shapes = (*model.input_shapes, *(None for _ in model.inputs))
    return {
        "version": model.version,
        "target": _TARGETS[model.version].get(model.target, f"unknown {model.target}"),
        "inputs": {
            str(i): _place(place, shape)
            for i, (place, shape) in enumerate(zip(model.inputs, shapes, strict=False))
        }
        or {"0": _first_input(model)},
        "outputs": {str(i): _place(place) for i, place in enumerate(model.outputs)},
        "main_memory_bytes": model.main_bytes,
        "kpu_memory_bytes": max(map(_kpu_bytes, convolutions), default=0),
        "constant_bytes": len(model.constants),
        "weight_bytes": sum(len(node.weights) for node in convolutions),
        "nodes": dict(Counter(names).most_common()),
        "layers": {
            f"{index} {name}": _line(node)
            for index, (name, node) in enumerate(zip(names, model.nodes, strict=True))
        },
    }


def _name(model: Kmodel, node: Convolution | CpuNode) -> str:
    return node_name(model.version, node.code) if isinstance(node, CpuNode) else _CONVOLUTION


def _kpu_bytes(node: Convolution) -> int:
    rows = input_image(node.layer).end_row, output_image(node.layer).end_row
    return max(rows) * ROW_BYTES


def _place(place: MemoryRange, shape: tuple[int, ...] | None = None) -> str:
    """Return a text like '[1, 3, 224, 224] uint8, 150528 bytes from 0 on, KPU memory'."""
    memory = {Memory.KPU: "KPU", Memory.MAIN: "main", Memory.CONSTANT: "constant"}[place.memory]
    what = f"{list(shape)} {place.dtype}" if shape else place.dtype
    return f"{what}, {place.size_bytes} bytes from {place.start} on, {memory} memory"


def _first_input(model: Kmodel) -> str:
    """Return version 3's only input."""
    first = model.nodes[0] if model.nodes else None
    if not isinstance(first, Convolution):
        return "what the first layer reads"
    layer = first.layer
    start = layer.source_row * ROW_BYTES
    shape = [1, layer.input_channels, layer.input_height, layer.input_width]
    return f"{shape} uint8, from {start} on, KPU memory"


def _line(node: Convolution | CpuNode) -> str:
    if isinstance(node, CpuNode):
        values = ", ".join(f"{name} {_value(value)}" for name, value in node.values.items())
        return f"CPU: {values}" if values else f"CPU: {len(node.data)} bytes"
    return _convolution(node)


def _value(value: object) -> str:
    if isinstance(value, MemoryRange):
        return f"({_place(value)})"
    return f"{len(value)} bytes" if isinstance(value, bytes) else f"{value}"


def _convolution(node: Convolution) -> str:
    layer = node.layer
    kind = "depthwise " if layer.depthwise else ""
    pool = POOLS.get(layer.pool_type)
    pooled = "" if not layer.pool_type else f", {pool.name if pool else 'unknown pool'}"
    main = "" if node.main_output is None else f", also to main memory {node.main_output.start}"
    return (
        f"KPU: {kind}{layer.kernel_size}x{layer.kernel_size}, "
        f"{_image(layer, 'input')} -> {_image(layer, 'output')}{pooled}, "
        f"weights in {layer.loads} load{'s' * (layer.loads != 1)} of {layer.load_bytes} "
        f"bytes{main}"
    )


def _image(layer: KpuLayer, side: str) -> str:
    """Return a text like '3x224x224 in rows 0 to 2687'."""
    image = input_image(layer) if side == "input" else output_image(layer)
    shape = "x".join(map(str, image.shape))
    return f"{shape} in rows {image.row} to {image.end_row - 1}"


def _headers(model: Headers) -> dict[str, object]:
    modules = [{"name": module.kind, **asdict(module)} for module in model.modules]
    return {"version": VERSION, **asdict(model), "modules": modules}


DESCRIBER = KmodelDescriber()
