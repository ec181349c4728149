"""Graph (scheme dpu-pow2) -> the quantized .xmodel that vai_c_xir compiles.

The form is that of AMD's own quantizer, see docs/xmodel.md: all tensors are FLOAT32, integers k
are reals k / 2**fix_point after the op `fix`.

A DPU runs less than the format can express: `lower_for_dpu` checks its rules first, node by node,
and `capabilities` does the same without a file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from compilers.fresh_name import fresh_name
from compilers.op_parts.arguments import integer
from compilers.op_parts.arithmetic import quantize
from compilers.op_table import find_op
from compilers.passes.as_float import as_float
from compilers.passes.channels_last import channels_last
from compilers.passes.verify import run_passes
from compilers.quantize.chip_numbers import choose_reciprocals, choose_slopes
from compilers.quantize.compositions import compose
from compilers.xmodel.dpu import DpuLimits
from compilers.xmodel.dpu_numbers import require_numbers
from compilers.xmodel.dpu_rules import DpuView, require_rules
from compilers.xmodel.flat_images import flatten_as_they_lie
from compilers.xmodel.moves_as_convolutions import as_convolutions
from compilers.xmodel.partition import off_the_dpu
from compilers.xmodel.powers_of_two import are_powers_of_two
from compilers.xmodel.scope import Scope
from compilers.xmodel.xir import XirGraph
from zoo import registry
from zoo.capability import Capability
from zoo.graph import Graph, Node, Quantization, Tensor
from zoo.lowering import NodeView, Refusal, capability_of, find_lowering, lowered_ops
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = ["capabilities", "lower", "lower_for_dpu"]

_OR_TAIL = "; or let the CPU run it and what follows, by --cpu-tail"
_BORDER = ("quantize", "dequantize")
"""Nodes that the app computes at the network's inputs and outputs."""

_UNIT = Quantization((1.0,), (0,), rounding="half_up")


def lower(graph: Graph) -> XirGraph:
    """Return the file as a value, for any reader of the format.

    graph: as compilers.xmodel.powers_of_two requires it.
    Raises Refusal naming a node without a form in XIR.
    """
    scope = Scope(run_passes(graph, PASSES))
    for node in scope.graph.nodes:
        _add(scope, node)
    return scope.finish()


def lower_for_dpu(graph: Graph, target: Target) -> XirGraph:
    """Return the file as a value; raises Refusal for the first node that the DPU does not run."""
    lowering = _ForDpu(graph, target)
    for view in lowering.views:
        lowering.lower(view)
    return lowering.scope.finish()


def capabilities(graph: Graph, target: Target) -> tuple[Capability, ...]:
    """Return one entry for each node between the border's quantize and dequantize nodes.

    graph: float, or integer, which includes shifts and means. A build requantizes a graph with
    integers other than the DPU's, so its float form is checked.
    Raises RefusedError if the target's facts are incomplete.
    """
    if graph.is_quantized and not are_powers_of_two(graph):
        graph = as_float(graph).graph
    if not graph.is_quantized:
        graph = _with_numbers(graph, _scheme(target))
    lowering = _ForDpu(graph, target)
    found = [lowering.try_out(view) for view in lowering.views]
    return tuple(entry for entry in found if entry.why or entry.op not in _BORDER)


class _ForDpu:
    """Lowers node by node. views: of the graph with moves as convolutions, images NCHW."""

    def __init__(self, graph: Graph, target: Target) -> None:
        limits = DpuLimits.of(target)
        graph = as_convolutions(graph)
        self.views = [DpuView(graph, node, target, limits) for node in graph.nodes]
        self.scope = Scope(run_passes(graph, PASSES))
        self._scheme = _scheme(target)
        self._made_of = _made_of(graph, self.scope.graph)

    def lower(self, view: DpuView) -> None:
        """Add the ops of a node; raises Refusal if the DPU does not run them.

        What runs on the CPU instead can be a tail there.
        """
        try:
            self._lower(view)
        except Refusal as no:
            if no.runs_on != "CPU":
                raise
            raise Refusal(no.node, no.why, f"{no.remedy}{_OR_TAIL}", no.runs_on) from None

    def _lower(self, view: DpuView) -> None:
        if view.node.op not in _BORDER:
            require_rules(view)
            require_numbers(view, self._scheme)
        before = len(self.scope.ops)
        for node in self._made_of[view.node.output]:
            _add(self.scope, node)
        for op in off_the_dpu(self.scope.ops[before:]):
            view.refuse(
                f"it becomes '{op.name}' ({op.type}), which runs on the CPU and splits the "
                "network; the app runs only one part",
                "end the network before it",
                runs_on="CPU",
            )

    def try_out(self, view: DpuView) -> Capability:
        """Return the result of `lower`, and continue as if the node were present."""
        found = capability_of(view, "DPU", partial(self.lower, view))
        if found.why:
            self.scope.assume(view.output.name)
        return found


def _add(scope: Scope, node: Node) -> None:
    view = NodeView(scope.graph, node)
    find_lowering("xmodel", view)(scope, view)


def _made_of(graph: Graph, laid: Graph) -> Mapping[str, Sequence[Node]]:
    """Return the nodes that the passes created for each node, by its output."""
    made: dict[str, list[Node]] = {}
    waiting: list[Node] = []
    outputs = {node.output for node in graph.nodes}
    for node in laid.nodes:
        waiting.append(node)
        if node.output in outputs:
            made[node.output], waiting = waiting, []
    return made


def _scheme(target: Target) -> Scheme:
    scheme: Scheme = registry.load("scheme", next(iter(target.schemes.values())))
    return scheme


def _with_numbers(graph: Graph, scheme: Scheme) -> Graph:
    """Return a float graph as if quantized with all fix points 0.

    All other numbers are the scheme's; inner tensors keep their names.
    """
    graph = compose(graph, scheme)
    chosen = choose_slopes(choose_reciprocals(graph, scheme), scheme)
    inner = [_with_unit(tensor) for tensor in graph.tensors.values()]
    taken = set(graph.tensors)
    inputs = {fresh_name(f"{name}.reals", taken): name for name in graph.inputs}
    outputs = {fresh_name(f"{name}.given", taken): name for name in graph.outputs}
    border = [
        replace(graph.tensors[name], name=reals) for reals, name in (inputs | outputs).items()
    ]
    nodes = (
        *(Node(reals, "quantize", (reals,), name) for reals, name in inputs.items()),
        *chosen.nodes,
        *(Node(reals, "dequantize", (name,), reals) for reals, name in outputs.items()),
    )
    tensors = {tensor.name: tensor for tensor in (*inner, *border)}
    placed = replace(
        graph, inputs=tuple(inputs), outputs=tuple(outputs), nodes=nodes, tensors=tensors
    )
    return placed.replace(_with_integers(placed, node) for node in nodes)


def _with_integers(graph: Graph, node: Node) -> Node:
    """Return the node as quantization leaves it, if it can be lowered at all."""
    output, inputs = graph.tensors[node.output], graph.inputs_of(node)
    if output.quantization is None or node.op not in lowered_ops("xmodel"):
        return node
    return replace(node, integer=find_op(node.op).fix_integers(node, inputs, output))


def _with_unit(tensor: Tensor) -> Tensor:
    data = None if tensor.data is None else quantize(tensor.data, _UNIT)
    return replace(tensor, dtype=_UNIT.dtype, quantization=_UNIT, data=data)


def split_flat_pools(graph: Graph) -> Graph:
    """Split each average pool to [N, C] into one to [N, C, 1, 1] and a reshape."""
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


PASSES = (as_convolutions, split_flat_pools, flatten_as_they_lie, channels_last)
