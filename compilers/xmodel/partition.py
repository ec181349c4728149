"""Partition of a compiled file between the DPU and the CPU, and the ops that split it."""

from collections.abc import Iterable

from compilers.xmodel.xir import XirGraph, XirOp, XirSubgraph

__all__ = ["device_parts", "fingerprints", "is_compiled", "off_the_dpu", "splitting_ops"]

_CARRIERS = ("const", "const-fix", "fix", "fix2float", "float2fix", "upload", "download")
"""Ops that only transfer values between devices."""

_ON_CPU = (
    "div",
    "exp",
    "hard-tanh",
    "neg",
    "reduction_sum",
    "sigmoid",
    "softmax",
    "strided_slice",
    "sub",
    "tanh",
    "transpose",
)
"""Ops that AMD's compiler runs on the CPU, as listed in its open quantizer."""


def off_the_dpu(ops: Iterable[XirOp]) -> tuple[XirOp, ...]:
    """Return the ops of a quantized file that no DPU runs."""
    return tuple(op for op in ops if op.type in _ON_CPU)


def device_parts(graph: XirGraph, device: str) -> tuple[XirSubgraph, ...]:
    """Return the subgraphs of a device ('USER', 'DPU', 'CPU'), in the file's order."""
    return tuple(part for part in graph.root.children if part.attribute("device") == device)


def is_compiled(graph: XirGraph) -> bool:
    """Whether vai_c_xir or a similar tool has assigned the ops to devices."""
    return any(part.attribute("device") for part in graph.root.children)


def fingerprints(graph: XirGraph) -> tuple[int, ...]:
    """Return the distinct fingerprints of the DPUs that the parts are compiled for."""
    found = (part.attribute("dpu_fingerprint") for part in device_parts(graph, "DPU"))
    return tuple(dict.fromkeys(number for number in found if isinstance(number, int)))


def splitting_ops(graph: XirGraph) -> tuple[XirOp, ...]:
    """Return the CPU ops between two DPU parts, the reason for more than one part."""
    parts = device_parts(graph, "DPU")
    if len(parts) < 2:
        return ()
    on_dpu = {name for part in parts for name in part.ops}
    on_cpu = {name for part in device_parts(graph, "CPU") for name in part.ops}
    between = on_cpu & _behind(graph, on_dpu) & _before(graph, on_dpu)
    return tuple(op for op in graph.ops if op.name in between and op.type not in _CARRIERS)


def _behind(graph: XirGraph, start: set[str]) -> set[str]:
    """Return the direct and indirect readers of these ops."""
    reached = set(start)
    for op in graph.ops:
        if any(reached.intersection(names) for names in op.arguments.values()):
            reached.add(op.name)
    return reached


def _before(graph: XirGraph, end: set[str]) -> set[str]:
    """Return the direct and indirect inputs of these ops."""
    reached = set(end)
    for op in reversed(graph.ops):
        if op.name in reached:
            reached.update(*op.arguments.values())
    return reached
