"""A quantized file in the form of vai_c_xir's compiled files, for a stand-in DPU.

It holds no DPU code: its DPU part names a runner that computes the same integers on a CPU, so that
a program for the board runs without a DPU.
"""

from dataclasses import replace

from compilers.xmodel.dpu import Dpu
from compilers.xmodel.xir import (
    XirAttribute,
    XirGraph,
    XirOp,
    XirSubgraph,
    XirTensor,
    attributes_of,
)

__all__ = ["as_compiled", "runner_name"]


def runner_name(part: str) -> str:
    """Return the library of a network's runner, which a program can load beside another one.

    part: as in zoo.plugs.Compiler.for_part.
    """
    return "libstand_in_dpu_detector.so" if part == "detector" else "libstand_in_dpu.so"


def as_compiled(quantized: XirGraph, dpu: Dpu, part: str = "") -> XirGraph:
    """Return the file with int8 inputs and outputs, its ops assigned to USER, DPU and CPU.

    part: as for `runner_name`.
    Input x becomes the tensor 'x_fix' in the subgraph USER; output y is the tensor 'y_fix' in the
    subgraph DPU.
    """
    ops = {op.name: op for op in quantized.ops}
    results = quantized.attributes["return_ops"].value
    fixes = {op.name: _fix_behind(op, quantized) for op in quantized.ops if op.type == "data"}
    absorbed = {fix.name for fix in fixes.values()}
    users, network, borders = [], [], []
    for op in quantized.ops:
        if op.name in fixes:
            users.append(_integer_input(op, fixes[op.name]))
            network.append(_to_reals(users[-1]))
        elif op.name in results:
            inside = _renamed(op, _reals(op.name))
            network += [inside, _integer_output(op.name, inside, _rounding(op, ops))]
            borders.append(_to_reals(network[-1], "float"))
        elif op.name not in absorbed:
            network.append(op)
    inside_of = {name: _reals(name) for name in results}
    for data, fix in fixes.items():
        inside_of |= dict.fromkeys((data, fix.name), _reals(fix.name))
    network = [_reading(op, inside_of) for op in network]
    return _assembled(quantized, users, network, borders, _dpu_attributes(dpu, runner_name(part)))


def _dpu_attributes(dpu: Dpu, runner: str) -> dict[str, object]:
    return {
        "dpu_name": dpu.name,
        "dpu_fingerprint": XirAttribute("uint64", dpu.fingerprint),
        "runner": {"run": runner, "ref": runner, "sim": runner},
    }


def _assembled(
    quantized: XirGraph,
    users: list[XirOp],
    network: list[XirOp],
    borders: list[XirOp],
    dpu_attributes: dict[str, object],
) -> XirGraph:
    children = (
        _part("USER", users, {}),
        _part("DPU", network, dpu_attributes),
        _part("CPU", borders, {}),
    )
    root = XirSubgraph("root", (), children=children)
    return replace(quantized, ops=(*users, *network, *borders), root=root)


def _part(device: str, ops: list[XirOp], attributes: dict[str, object]) -> XirSubgraph:
    named = attributes_of({"device": device, **attributes})
    return XirSubgraph(f"subgraph_{ops[0].name}", tuple(op.name for op in ops), named)


def _fix_behind(data: XirOp, graph: XirGraph) -> XirOp:
    """Return the first fix that reads an input: the input's own."""
    readers = (op for op in graph.ops if op.arguments.get("input") == (data.name,))
    return next(op for op in readers if op.type == "fix")


def _rounding(op: XirOp, ops: dict[str, XirOp]) -> XirOp:
    """Return the fix with an output's integers, before ops that only move values."""
    while op.type != "fix":
        op = ops[op.arguments["input"][0]]
    return op


def _integer_input(data: XirOp, fix: XirOp) -> XirOp:
    tensor = XirTensor(fix.name, data.tensor.shape, "XINT8", fix.attributes)
    attributes = {"shape": data.tensor.shape, "data_type": "XINT8"}
    return XirOp(fix.name, "data-fix", tensor, attributes=attributes_of(attributes))


def _integer_output(name: str, source: XirOp, fix: XirOp) -> XirOp:
    tensor = XirTensor(name, source.tensor.shape, "XINT8", fix.attributes)
    return XirOp(name, "float2fix", tensor, {"input": (source.name,)}, fix.attributes)


def _to_reals(source: XirOp, suffix: str = "reals") -> XirOp:
    name = f"{source.name}.{suffix}"
    tensor = XirTensor(name, source.tensor.shape)
    return XirOp(name, "fix2float", tensor, {"input": (source.name,)}, source.tensor.attributes)


def _renamed(op: XirOp, name: str) -> XirOp:
    return replace(op, name=name, tensor=replace(op.tensor, name=name))


def _reading(op: XirOp, inside_of: dict[str, str]) -> XirOp:
    """Return the op reading reals in place of tensors that became int8."""
    if op.type in ("float2fix", "fix2float"):
        return op
    arguments = {
        role: tuple(inside_of.get(name, name) for name in names)
        for role, names in op.arguments.items()
    }
    return replace(op, arguments=arguments)


def _reals(name: str) -> str:
    """Return the name of the op with the reals of an int8 tensor."""
    return f"{name}.reals"
