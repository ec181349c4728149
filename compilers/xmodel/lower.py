"""Graph (scheme dpu-pow2) -> the quantized .xmodel that vai_c_xir compiles.

The form is that of AMD's own quantizer, see docs/xmodel.md: all tensors are FLOAT32, integers k
stand as reals k / 2**fix_point behind the op `fix`.
"""

from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

from compilers.fresh_name import fresh_name
from compilers.op_parts.node_attributes import integer
from compilers.xmodel import forms
from compilers.xmodel.scope import Scope
from compilers.xmodel.xir import XirGraph
from zoo.errors import UnsupportedOpError
from zoo.graph import Graph, Node

__all__ = ["lower", "lowered_ops"]


def lower(graph: Graph) -> XirGraph:
    """Return the file as a value.

    graph: as compilers.xmodel.powers_of_two wants it.
    Raises UnsupportedOpError naming the node that has no form in XIR.
    """
    scope = Scope(_with_reshapes(graph))
    for node in scope.graph.nodes:
        if node.op not in lowered_ops():
            raise UnsupportedOpError(
                f"node '{node.name}' ({node.op}): an .xmodel for the DPU has no such op; it has "
                f"{', '.join(lowered_ops())}: replace it in the network"
            )
        import_module(f"{forms.__name__}.{node.op}").lower(scope, node)
    return scope.finish()


def lowered_ops() -> tuple[str, ...]:
    """Return the Graph's ops that have a form in XIR, sorted."""
    return tuple(sorted(module.name for module in iter_modules(forms.__path__)))


def _with_reshapes(graph: Graph) -> Graph:
    """Split each average pool that gives [N, C] into one that gives [N, C, 1, 1] and a reshape."""
    nodes: list[Node] = []
    tensors = dict(graph.tensors)
    for node in graph.nodes:
        if node.op != "average_pool" or integer(node, "keep_axes"):
            nodes.append(node)
            continue
        output = tensors[node.output]
        pooled = fresh_name(f"{node.output}.pooled", tensors)
        shape = (*output.shape, 1, 1)
        tensors[pooled] = replace(output, name=pooled, shape=shape, layout="NCHW")
        flat = {"shape": tuple(int(size) for size in output.shape[1:])}
        nodes += [
            replace(node, output=pooled).with_attributes(keep_axes=1),
            Node(f"{node.name}.flat", "reshape", (pooled,), node.output, flat),
        ]
    return replace(graph, nodes=tuple(nodes), tensors=tensors)
