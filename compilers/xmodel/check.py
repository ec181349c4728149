"""Checks on a quantized .xmodel that XIR does not perform.

XIR itself refuses wrong attributes, arguments and shapes. It trusts the stored data type, reads a
constant of any length, and crashes if producers do not come first.
"""

import math
from collections.abc import Iterator

import numpy as np

from compilers.xmodel.xir import XirGraph, XirOp
from zoo.errors import ArtifactError

__all__ = ["check_quantized"]

_FIX = {"bit_width": 8, "round_mode": "DPU_ROUND", "if_signed": True}


def check_quantized(graph: XirGraph, where: str) -> None:
    """Raise ArtifactError naming the first op that breaks a rule."""
    for problem in _problems(graph):
        raise ArtifactError(f"{where}: {problem}; build or quantize it again")


def _problems(graph: XirGraph) -> Iterator[str]:
    yield from _order(graph)
    ops = {op.name: op for op in graph.ops}
    for op in graph.ops:
        yield from _tensor(op)
        if op.type == "const":
            yield from _constant(op)
        if op.type == "fix":
            yield from _fix(op, ops[op.arguments["input"][0]])
    yield from _references(graph)


def _order(graph: XirGraph) -> Iterator[str]:
    """Every op has a unique name and only reads earlier ops."""
    known: set[str] = set()
    for op in graph.ops:
        where = f"op '{op.name}' ({op.type})"
        for role, names in op.arguments.items():
            for name in names:
                if name not in known:
                    yield f"{where} reads '{name}' as its {role}, which no op before it computes"
        if op.name in known:
            yield f"{where} has the name of another op"
        if op.type == "fix" and len(op.arguments.get("input", ())) != 1:
            yield f"{where} has no input, or several"
        known.add(op.name)


def _tensor(op: XirOp) -> Iterator[str]:
    where = f"op '{op.name}' ({op.type})"
    if op.tensor.dtype != "FLOAT32":
        yield f"{where} computes {op.tensor.dtype}; a quantized file holds FLOAT32 only"
    if not op.tensor.shape or min(op.tensor.shape) < 1:
        yield f"{where} has the shape {list(op.tensor.shape)}; sizes are from 1"


def _constant(op: XirOp) -> Iterator[str]:
    where, data = f"op '{op.name}' (const)", op.attribute("data", b"")
    expected = 4 * math.prod(op.tensor.shape)
    if op.attribute("shape") != op.tensor.shape:
        yield f"{where} says the shape {op.attribute('shape')}, its tensor {op.tensor.shape}"
    if str(op.attribute("data_type")).upper() != "FLOAT32":
        yield f"{where} holds {op.attribute('data_type')}; a quantized file holds FLOAT32 only"
    if not isinstance(data, bytes):
        yield f"{where} holds its data as {op.attributes['data'].kind}; XIR has bytes there"
    elif len(data) != expected:
        yield f"{where} holds {len(data)} bytes; its shape needs {expected}"
    elif not np.isfinite(np.frombuffer(data, "<f4")).all():
        yield f"{where} holds values that are not finite"


def _fix(op: XirOp, source: XirOp) -> Iterator[str]:
    where, point = f"op '{op.name}' (fix)", op.attribute("fix_point")
    if type(point) is not int or not -126 <= point <= 126:
        yield f"{where} has the fix point {point}; allowed are -126 to 126"
        return
    for name, wanted in _FIX.items():
        if op.attribute(name) != wanted:
            yield f"{where} has {name} {op.attribute(name)}; the DPU needs {wanted}"
    if source.type == "const":
        levels = np.ldexp(np.frombuffer(source.attribute("data"), "<f4").astype(np.float64), point)
        if not (np.isin(levels, np.arange(-128, 128)).all()):
            yield (
                f"op '{source.name}' (const) holds values that are not k / 2**{point} with k from "
                "-128 to 127"
            )


def _references(graph: XirGraph) -> Iterator[str]:
    names = {op.name for op in graph.ops}
    if set(graph.root.ops) != names:
        yield f"its root subgraph lists {len(graph.root.ops)} ops, the file holds {len(names)}"
    returned = graph.attributes.get("return_ops")
    results = returned.value if returned and returned.kind == "string_vec" else ()
    if not results or not set(results) <= names:
        yield f"it returns {list(results)}, which are not all ops of it"
