"""Compiles the DPU's part as compilers.xmodel does, and writes the rest as float ONNX."""

import json
from dataclasses import dataclass, replace

from compilers.hub import HUB
from compilers.xmodel.compiler import COMPILER as XMODEL
from compilers.xmodel.compiler import XmodelCompiler
from compilers.xmodel.lower import capabilities
from compilers.xmodel_tail.cut import find_cut
from compilers.xmodel_tail.executor import OUTPUTS, TAIL
from zoo.artifact import Artifact, Exactness
from zoo.capability import Capability
from zoo.graph import Graph
from zoo.graph_parts import front_and_tail, tail_begin
from zoo.plugs import Compiler
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = ["COMPILER", "XmodelTailCompiler"]

EXACT_FRONT = Exactness(
    1e-4,
    "relative",
    "the DPU's integers are exact; behind them float32 sums may be in another order",
)


@dataclass(frozen=True)
class XmodelTailCompiler(Compiler):
    """For graphs whose end is float, as quantization leaves it for boards with `cpu_tail`.

    front: compiles the DPU's part.
    """

    name = "xmodel_tail"
    tools = XMODEL.tools
    front: XmodelCompiler = XMODEL

    def for_part(self, part: str) -> "XmodelTailCompiler":
        """Return the compiler for one network of several in a program."""
        return XmodelTailCompiler(self.front.for_part(part))

    def cut(self, graph: Graph, target: Target) -> tuple[str, ...]:
        """Return where the DPU's part of a float graph ends; raises RefusedError."""
        return find_cut(graph, target)

    def capabilities(
        self,
        graph: Graph,
        target: Target,
        scheme: Scheme | None = None,  # noqa: ARG002
    ) -> tuple[Capability, ...]:
        """Return an entry for each node: the DPU's part, then that of the CPU."""
        front, tail = front_and_tail(graph, find_cut(graph, target))
        rest = (Capability(node.name, node.op, "CPU") for node in tail.nodes)
        return (*capabilities(front, target), *rest)

    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:
        """Return the DPU's files and the tail; raises as compilers.xmodel does."""
        front, tail = front_and_tail(graph, tail_begin(graph))
        made = self.front.lower(front, target, scheme)
        if not tail.nodes:
            return replace(made, kind=self.name)
        note = f"{len(tail.nodes)} of {len(graph.nodes)} nodes run on the CPU: {TAIL}, in float32"
        told = replace(tail, metadata={OUTPUTS: json.dumps(graph.outputs)})
        files = {**made.files, TAIL: HUB.write(told)}
        return Artifact(self.name, made.main, files, EXACT_FRONT, (*made.notes, note))


COMPILER = XmodelTailCompiler()
