"""Placed steps -> a .kmodel of version 4."""

from collections.abc import Callable, Mapping
from struct import pack
from types import MappingProxyType
from typing import cast

import numpy as np

from compilers.kmodel.emit_convolution import emit_convolution, main_range
from compilers.kmodel.kmodel import Convolution, CpuNode, Kmodel, Memory, MemoryRange, NodeValue
from compilers.kmodel.kpu_layout import ROW_BYTES, rows_of
from compilers.kmodel.node_forms import code_of, write_range
from compilers.kmodel.placement import Placement
from compilers.kmodel.scope import Scope
from compilers.kmodel.steps import CpuStep, Image, KpuStep

__all__ = ["emit4"]

_VERSION = 4
_UINT8, _NEAREST, _PRODUCT = 1, 1, 2
_REALS = float(np.finfo(np.float32).min), float(np.finfo(np.float32).max)
"""A clamp that changes nothing."""
_MASKS = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
_AXES = 4


def emit4(scope: Scope, placement: Placement) -> Kmodel:
    """Return the file as a value."""
    emitter = _Emitter(scope, placement)
    nodes = [node for step in placement.steps for node in emitter.nodes_of(step)]
    names = scope.inputs.values()
    return Kmodel(
        version=_VERSION,
        main_bytes=placement.main_bytes,
        outputs=tuple(emitter.main(name) for name in scope.graph.outputs),
        nodes=tuple(nodes),
        inputs=tuple(emitter.input_place(name) for name in names),
        input_shapes=tuple(_four_axes(scope.shapes[name]) for name in names),
        constants=bytes(emitter.constants),
    )


class _Emitter:
    """constants: tables and factors, one behind the other."""

    def __init__(self, scope: Scope, placement: Placement) -> None:
        self._scope, self._placement = scope, placement
        self.constants = bytearray()

    def main(self, name: str) -> MemoryRange:
        """Return a tensor's place in main memory."""
        return main_range(self._scope, self._placement, name)

    def input_place(self, name: str) -> MemoryRange:
        """Return where the runtime stores an input: in the KPU's memory if it is only there."""
        if name in self._placement.starts:
            return self.main(name)
        return self.kpu(name)

    def kpu(self, name: str) -> MemoryRange:
        """Return a tensor's place in the KPU's memory."""
        image = _image(self._scope.shapes[name])
        start = self._placement.rows[name] * ROW_BYTES
        return MemoryRange(Memory.KPU, "uint8", start, rows_of(image) * ROW_BYTES)

    def constant(self, content: bytes, dtype: str) -> MemoryRange:
        """Store a constant and return its place; all begin at multiples of 8."""
        start = len(self.constants)
        self.constants += content + bytes(-len(content) % 8)
        return MemoryRange(Memory.CONSTANT, dtype, start, len(content))

    def nodes_of(self, step: KpuStep | CpuStep) -> list[Convolution | CpuNode]:
        """Return the nodes of a step."""
        if isinstance(step, KpuStep):
            return [emit_convolution(self._scope, self._placement, step)]
        return _KINDS[step.kind](self, step)

    def shape(self, name: str) -> tuple[int, ...]:
        """Return a tensor's shape, without the batch."""
        return self._scope.shapes[name]


_Nodes = list[Convolution | CpuNode]


def _node(name: str, values: Mapping[str, NodeValue], data: bytes = b"") -> _Nodes:
    return [CpuNode(code_of(_VERSION, name), values, data)]


def _moved(emitter: _Emitter, step: CpuStep) -> dict[str, NodeValue]:
    return {"input": emitter.main(step.inputs[0]), "output": emitter.main(step.output)}


def _concat(emitter: _Emitter, step: CpuStep) -> _Nodes:
    lengths = _integers(step, "lengths")
    places = b"".join(write_range(emitter.main(name)) for name in step.inputs)
    values: dict[str, NodeValue] = {
        "output": emitter.main(step.output),
        "inner_size": _integer(step, "inner"),
        "outer_size": _integer(step, "outer"),
        "inputs_count": len(lengths),
    }
    return _node("concat", values, places + pack(f"<{len(lengths)}i", *lengths))


def _dequantize(emitter: _Emitter, step: CpuStep) -> _Nodes:
    """Return a dequantization, and a product where its reciprocal of the scale is not exact."""
    scale, zero_point = cast(float, step.settings["scale"]), _integer(step, "zero_point")
    values = {**_moved(emitter, step), "zero_point": zero_point}
    reciprocal = _reciprocal(scale)
    if reciprocal is not None:
        return _node("dequantize", {**values, "scale": reciprocal})
    place = emitter.main(step.output)
    shape = 1, 1, 1, place.size_bytes // 4
    factor: dict[str, NodeValue] = {
        "input_a": place,
        "input_b": emitter.constant(pack("<f", scale), "float32"),
        "output": place,
        "operator": _PRODUCT,
        "in_a_shape": shape,
        "in_b_shape": (1, 1, 1, 1),
        "out_shape": shape,
        "fused_activation": _REALS,
    }
    return [*_node("dequantize", {**values, "scale": 1.0}), *_node("binary", factor)]


def _reciprocal(scale: float) -> float | None:
    """Return a float32 whose reciprocal in float32 is the scale, None if there is none."""
    wanted = np.float32(scale)
    nearest = np.float32(1) / wanted
    around = (
        nearest,
        np.nextafter(nearest, np.float32(0)),
        np.nextafter(nearest, np.float32(np.inf)),
    )
    return next((float(each) for each in around if np.float32(1) / each == wanted), None)


def _pad(emitter: _Emitter, step: CpuStep) -> _Nodes:
    shape = _integers(step, "shape")
    more = _AXES - len(shape)
    pads = zip(_integers(step, "before"), _integers(step, "after"), strict=True)
    values: dict[str, NodeValue] = {
        **_moved(emitter, step),
        "in_shape": (1,) * more + shape,
        "paddings": (0, 0) * more + tuple(width for pair in pads for width in pair),
        "dtype": _UINT8,
        "pad_value": _integer(step, "value"),
    }
    return _node("pad", values)


def _resize(emitter: _Emitter, step: CpuStep) -> _Nodes:
    height, width = _integers(step, "size_hw")
    values: dict[str, NodeValue] = {
        **_moved(emitter, step),
        "in_shape": (1, *_integers(step, "image")),
        "out_h": height,
        "out_w": width,
        "mode": _NEAREST,
        "align_corners": 0,
    }
    return _node("resize_image", values)


def _slice(emitter: _Emitter, step: CpuStep) -> _Nodes:
    shape, end = _integers(step, "shape"), _integers(step, "end")
    more = (0,) * (_AXES - len(shape))
    ones = (1,) * (_AXES - len(shape))
    values: dict[str, NodeValue] = {
        **_moved(emitter, step),
        "in_shape": ones + shape,
        "begin": more + _integers(step, "begin"),
        "end": ones + end,
        "strides": ones + _integers(step, "strides"),
        **dict.fromkeys(_MASKS, 0),
    }
    return _node("strided_slice", values)


def _table(emitter: _Emitter, step: CpuStep) -> _Nodes:
    table = emitter.constant(cast(bytes, step.settings["table"]), "uint8")
    return _node("table_lookup1d", {**_moved(emitter, step), "table": table})


def _transpose(emitter: _Emitter, step: CpuStep) -> _Nodes:
    shape, order = _integers(step, "shape"), _integers(step, "order")
    more = _AXES - len(shape)
    values: dict[str, NodeValue] = {
        **_moved(emitter, step),
        "in_shape": (1,) * more + shape,
        "perm": (*range(more), *(more + axis for axis in order)),
    }
    return _node("transpose", values)


def _upload(emitter: _Emitter, step: CpuStep) -> _Nodes:
    values: dict[str, NodeValue] = {
        "input": emitter.main(step.inputs[0]),
        "output": emitter.kpu(step.output),
        "in_shape": (1, *_image(emitter.shape(step.output))),
    }
    return _node("kpu_upload", values)


def _integers(step: CpuStep, name: str) -> tuple[int, ...]:
    return cast(tuple[int, ...], step.settings[name])


def _integer(step: CpuStep, name: str) -> int:
    return cast(int, step.settings[name])


def _image(shape: tuple[int, ...]) -> Image:
    channels, height, width = (*shape, 1, 1)[:3]
    return channels, height, width


def _four_axes(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape with a batch; vectors have 1x1 pixels."""
    return (1, *shape, *(1,) * (_AXES - 1 - len(shape)))


_KINDS: Mapping[str, Callable[[_Emitter, CpuStep], _Nodes]] = MappingProxyType(
    {
        "concat": _concat,
        "dequantize": _dequantize,
        "pad": _pad,
        "resize": _resize,
        "slice": _slice,
        "table": _table,
        "transpose": _transpose,
        "upload": _upload,
    }
)
