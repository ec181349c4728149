"""Graph (scheme dpu-pow2) -> the quantized .xmodel that vai_c_xir compiles.

The form is that of AMD's own quantizer, see docs/xmodel.md: all tensors are FLOAT32, integers k
stand as reals k / 2**fix_point behind the op `fix`.
"""

from dataclasses import replace

from compilers.fresh_name import fresh_name
from compilers.op_parts.arguments import integer
from compilers.passes.channels_last import channels_last
from compilers.passes.verify import run_passes
from compilers.xmodel.flat_images import flatten_as_they_lie
from compilers.xmodel.scope import Scope
from compilers.xmodel.xir import XirGraph
from zoo.graph import Graph, Node
from zoo.lowering import NodeView, find_lowering

__all__ = ["lower"]


def lower(graph: Graph) -> XirGraph:
    """Return the file as a value.

    graph: as compilers.xmodel.powers_of_two wants it.
    Raises Refusal naming the node that has no form in XIR.
    """
    laid = run_passes(graph, PASSES)
    scope = Scope(laid)
    for node in laid.nodes:
        view = NodeView(laid, node)
        find_lowering("xmodel", view)(scope, view)
    return scope.finish()


def split_flat_pools(graph: Graph) -> Graph:
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


PASSES = (split_flat_pools, flatten_as_they_lie, channels_last)
