"""Placed steps -> a .kmodel of version 3, which has fewer nodes for the CPU."""

from collections.abc import Callable, Mapping
from struct import pack
from types import MappingProxyType
from typing import NoReturn, cast

import numpy as np

from compilers.kmodel.emit_convolution import emit_convolution, main_range
from compilers.kmodel.kmodel import Convolution, CpuNode, Kmodel, NodeValue
from compilers.kmodel.node_forms import code_of
from compilers.kmodel.placement import Placement
from compilers.kmodel.scope import Scope
from compilers.kmodel.steps import CpuStep, KpuStep
from zoo.lowering import Refusal

__all__ = ["emit3"]

_VERSION = 3
_EIGHT_BITS = 1
_TO_MAIN_MEMORY = 1


def emit3(scope: Scope, placement: Placement) -> Kmodel:
    """Return the file as a value; raises Refusal for a step without a node."""
    nodes = tuple(_node_of(scope, placement, step) for step in placement.steps)
    first = placement.steps[0] if placement.steps else None
    (given,) = scope.inputs.values() if len(scope.inputs) == 1 else (None,)
    if not isinstance(first, KpuStep) or first.source != given or given in placement.starts:
        _refuse(scope, placement.steps[0], "its only input must be read by one layer of the KPU")
    return Kmodel(
        version=_VERSION,
        main_bytes=placement.main_bytes,
        outputs=tuple(main_range(scope, placement, name) for name in scope.graph.outputs),
        nodes=nodes,
        flags=_EIGHT_BITS,
        target=0,
    )


def _node_of(scope: Scope, placement: Placement, step: KpuStep | CpuStep) -> Convolution | CpuNode:
    if isinstance(step, KpuStep):
        return emit_convolution(scope, placement, step)
    emit = _KINDS.get(step.kind)
    if emit is None:
        _refuse(scope, step, f"it has no node for a {step.kind}")
    name, values, data = emit(scope, placement, step)
    return CpuNode(code_of(_VERSION, name), {"flags": _TO_MAIN_MEMORY, **values}, data)


def _refuse(scope: Scope, step: KpuStep | CpuStep, why: str) -> NoReturn:
    node = next(node for node in scope.graph.nodes if node.name == step.node)
    raise Refusal(node, f"version 3 of the .kmodel cannot hold it: {why}", "build version 4")


_Emitted = tuple[str, dict[str, NodeValue], bytes]


def _flat(scope: Scope, placement: Placement, step: CpuStep) -> dict[str, NodeValue]:
    source, output = (main_range(scope, placement, n) for n in (step.inputs[0], step.output))
    return {"input": source.start, "output": output.start, "count": source.size_bytes}


def _dequantize(scope: Scope, placement: Placement, step: CpuStep) -> _Emitted:
    """y = q * scale + bias, which may round once more than (q - zero_point) * scale."""
    scale = cast(float, step.settings["scale"])
    bias = float(np.float32(-scale * cast(int, step.settings["zero_point"])))
    return "dequantize", {**_flat(scope, placement, step), "scale": scale, "bias": bias}, b""


def _table(scope: Scope, placement: Placement, step: CpuStep) -> _Emitted:
    table = cast(bytes, step.settings["table"])
    return "requantize", {**_flat(scope, placement, step), "table": table}, b""


def _concat(scope: Scope, placement: Placement, step: CpuStep) -> _Emitted:
    if step.settings["outer"] != 1:
        _refuse(scope, step, "it concatenates along another axis than the channels")
    places = [main_range(scope, placement, name) for name in step.inputs]
    data = b"".join(pack("<2I", place.start, place.size_bytes) for place in places)
    output = main_range(scope, placement, step.output).start
    return "quantized_concat", {"output": output, "inputs_count": len(places)}, data


def _resize(scope: Scope, placement: Placement, step: CpuStep) -> _Emitted:
    channels, height, width = cast(tuple[int, ...], step.settings["image"])
    out_height, out_width = cast(tuple[int, ...], step.settings["size_hw"])
    values: dict[str, NodeValue] = {
        "input": main_range(scope, placement, step.inputs[0]).start,
        "output": main_range(scope, placement, step.output).start,
        "in_shape": (width, height, channels),
        "out_width": out_width,
        "out_height": out_height,
        "align_corners": 0,
    }
    return "quantized_resize_nearest_neighbor", values, b""


def _upload(scope: Scope, placement: Placement, step: CpuStep) -> _Emitted:
    channels, height, width = (*scope.shapes[step.output], 1, 1)[:3]
    values: dict[str, NodeValue] = {
        "input": main_range(scope, placement, step.inputs[0]).start,
        "kpu_row": placement.rows[step.output],
        "width": width,
        "height": height,
        "channels": channels,
    }
    return "kpu_upload", values, b""


_KINDS: Mapping[str, Callable[[Scope, Placement, CpuStep], _Emitted]] = MappingProxyType(
    {
        "concat": _concat,
        "dequantize": _dequantize,
        "resize": _resize,
        "table": _table,
        "upload": _upload,
    }
)
