"""Lowers an integer Graph to C99 source files."""

import json
from dataclasses import asdict

from compilers.c.program import capabilities, make_program
from zoo import registry
from zoo.artifact import Artifact, Exactness
from zoo.c_program import CProgram
from zoo.capability import Capability
from zoo.errors import RefusedError
from zoo.graph import Graph
from zoo.plugs import Compiler, Renderer
from zoo.target import Target

__all__ = ["COMPILER", "CCompiler"]

MAIN = "network.json"
EXACT = Exactness(0, "lsb", "the same integer arithmetic as the reference")


class CCompiler(Compiler):
    """Plans memory and kernels; the renderer 'c99' writes them as source code."""

    name = "c"

    def capabilities(self, graph: Graph, target: Target) -> tuple[Capability, ...]:
        """Return which nodes of an integer graph the program computes.

        Raises RefusedError for a float graph: kernels depend on its integers.
        """
        _require_integers(graph, target, "float32")
        return capabilities(graph)

    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:
        """Return the sources, and network.json with the facts for calling them.

        Raises RefusedError for a float graph, UnsupportedOpError for a node without a kernel.
        """
        _require_integers(graph, target, scheme)
        program = make_program(graph)
        renderer: Renderer = registry.load("renderer", "c99")
        files = {**renderer.render(program), MAIN: _facts(program)}
        return Artifact(self.name, MAIN, dict(sorted(files.items())), EXACT)


def _require_integers(graph: Graph, target: Target, scheme: str) -> None:
    if not graph.is_quantized:
        raise RefusedError(
            f"{target.name}: graph '{graph.name}' is float ('{scheme}'), the C back end "
            "computes in integers; quantize it with --quant ptq"
        )


def _facts(program: CProgram) -> bytes:
    facts = {
        "name": program.name,
        "arena_bytes": program.arena_bytes,
        "weights_bytes": program.weights_bytes,
        "macs": program.macs,
        "inputs": [asdict(border) for border in program.inputs],
        "outputs": [asdict(border) for border in program.outputs],
    }
    return (json.dumps(facts, indent=2) + "\n").encode()


COMPILER = CCompiler()
