"""Compiled .xmodel files written out, for tests."""

from compilers.xmodel.xir import (
    XirAttribute,
    XirGraph,
    XirOp,
    XirSubgraph,
    XirTensor,
    attributes_of,
)

__all__ = ["split_graph"]


def split_graph() -> XirGraph:
    """Return a network whose softmax in the middle splits the DPU's part, with one at the end."""
    ops = (
        _op("x", "data-fix"),
        _op("a", "conv2d-fix", "x"),
        _op("a.float", "fix2float", "a"),
        _op("attention", "softmax", "a.float"),
        _op("back", "float2fix", "attention"),
        _op("b", "conv2d-fix", "back"),
        _op("b.float", "fix2float", "b"),
        _op("end", "softmax", "b.float"),
    )
    children = (
        _part("USER", "x"),
        _part("DPU", "a"),
        _part("CPU", "a.float", "attention", "back"),
        _part("DPU", "b"),
        _part("CPU", "b.float", "end"),
    )
    root = XirSubgraph("root", (), children=children)
    return XirGraph("split", ops, root)


def _op(name: str, kind: str, *inputs: str) -> XirOp:
    return XirOp(name, kind, XirTensor(name, (1,)), {"input": inputs} if inputs else {})


def _part(device: str, *ops: str) -> XirSubgraph:
    attributes = {"device": device, "dpu_fingerprint": XirAttribute("uint64", 7)}
    return XirSubgraph(f"{device}_{ops[0]}", ops, attributes_of(attributes))
