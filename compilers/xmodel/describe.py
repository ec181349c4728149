"""Describes an .xmodel, quantized or compiled, for `zoo show FILE.xmodel`."""

from collections import Counter
from collections.abc import Mapping

from compilers.xmodel.decode import decode
from compilers.xmodel.partition import device_parts, fingerprints, is_compiled, splitting_ops
from compilers.xmodel.xir import XirGraph, XirOp, XirSubgraph

__all__ = ["DESCRIBER", "XmodelDescriber"]

_CONSTANTS = ("const", "const-fix")
_INPUTS = ("data", "data-fix")


class XmodelDescriber:
    """Reads any .xmodel, including AMD's own."""

    name = "xmodel"
    suffix = ".xmodel"

    def describe(self, content: bytes, where: str) -> Mapping[str, object]:
        """Return facts in JSON types; raises ArtifactError naming `where`."""
        graph = decode(content, where)
        points = _fix_points(graph)
        inputs = [op for op in graph.ops if op.type in _INPUTS]
        return {
            "kind": self.name,
            "name": graph.name,
            "form": "compiled" if is_compiled(graph) else "not compiled",
            "inputs": {op.name: _tensor(op) for op in inputs},
            "outputs": {op.name: _tensor(op) for op in _outputs(graph)},
            "ops": dict(Counter(op.type for op in graph.ops).most_common()),
            "constant_bytes": sum(_data_bytes(op) for op in graph.ops),
            **points,
            **(_devices(graph) if is_compiled(graph) else {}),
        }


def _tensor(op: XirOp) -> str:
    """Return a text like '[1, 112, 112, 3] XINT8'."""
    return f"{list(op.tensor.shape)} {op.tensor.dtype}"


def _outputs(graph: XirGraph) -> list[XirOp]:
    """Return the ops that no op reads."""
    read = {name for op in graph.ops for names in op.arguments.values() for name in names}
    return [op for op in graph.ops if op.name not in read]


def _data_bytes(op: XirOp) -> int:
    data = op.attribute("data")
    return len(data) if op.type in _CONSTANTS and isinstance(data, bytes) else 0


def _fix_points(graph: XirGraph) -> dict[str, object]:
    """Return the fix point of each activation by name, and counts of those of constants.

    Quantized files have them in `fix` ops, compiled ones in tensors.
    """
    types = {op.name: op.type for op in graph.ops}
    activations: dict[str, int] = {}
    constants: Counter[str] = Counter()
    for op in graph.ops:
        point = op.attribute("fix_point") if op.type == "fix" else _stored_point(op)
        if not isinstance(point, int):
            continue
        (source, *_) = (*op.arguments.get("input", ()), op.name)
        if types.get(source) in _CONSTANTS:
            constants[str(point)] += 1
        else:
            activations[op.name] = point
    return {
        "activation_fix_points": activations,
        "constants_by_fix_point": dict(sorted(constants.items(), key=lambda item: int(item[0]))),
    }


def _stored_point(op: XirOp) -> object:
    attribute = op.tensor.attributes.get("fix_point")
    return None if attribute is None else attribute.value


def _devices(graph: XirGraph) -> dict[str, object]:
    parts = [part for part in graph.root.children if part.attribute("device")]
    numbers = fingerprints(graph)
    return {
        "fingerprint": ", ".join(f"{number:#x}" for number in numbers) or "none",
        "dpu_subgraphs": len(device_parts(graph, "DPU")),
        "split_by": [f"{op.name} ({op.type})" for op in splitting_ops(graph)],
        "subgraphs": [_part(part, graph) for part in parts],
    }


def _part(part: XirSubgraph, graph: XirGraph) -> dict[str, object]:
    inside = set(part.ops)
    types = Counter(op.type for op in graph.ops if op.name in inside)
    runner = part.attribute("runner")
    return {
        "name": part.name,
        "device": str(part.attribute("device")),
        "ops": ", ".join(f"{count} {kind}" for kind, count in types.most_common()),
        **({"dpu": str(part.attribute("dpu_name"))} if part.attribute("dpu_name") else {}),
        **({"runner": str(runner.get("run"))} if isinstance(runner, dict) else {}),
    }


DESCRIBER = XmodelDescriber()
