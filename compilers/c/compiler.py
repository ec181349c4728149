"""Lowers an integer Graph to C99 source files."""

import json
from dataclasses import asdict, dataclass

from compilers.c.program import capabilities, make_program
from zoo import registry
from zoo.artifact import Artifact, Exactness, Memory
from zoo.c_program import CProgram
from zoo.capability import Capability
from zoo.errors import RefusedError
from zoo.graph import Graph
from zoo.plugs import Compiler, Renderer
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = ["COMPILER", "CCompiler"]

EXACT = Exactness(0, "lsb", "the same integer arithmetic as the reference")


@dataclass(frozen=True)
class CCompiler(Compiler):
    """Plans memory and kernels; the renderer 'c99' writes them as source code.

    part: of a program of several networks, as in zoo.c_program.CProgram.
    """

    name = "c"
    part: str = ""

    def for_part(self, part: str) -> "CCompiler":
        """Return the compiler for a network whose names begin with its role."""
        return CCompiler(part)

    def capabilities(
        self,
        graph: Graph,
        target: Target,
        scheme: Scheme | None = None,  # noqa: ARG002
    ) -> tuple[Capability, ...]:
        """Return which nodes of an integer graph the program computes.

        Raises RefusedError for a float graph: kernels depend on its integers.
        """
        _require_integers(graph, target, "float32")
        return capabilities(graph)

    def memory(self, graph: Graph) -> Memory | None:
        """Return the arena and weights of an integer graph's program."""
        if not graph.is_quantized:
            return None
        program = make_program(graph, self.part)
        return Memory(program.arena_bytes, program.weights_bytes, is_shared=bool(self.part))

    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:
        """Return the sources, and network.json with the facts for calling them.

        The files of a part begin with its role instead.

        Raises RefusedError for a float graph, UnsupportedOpError for a node without a kernel.
        """
        _require_integers(graph, target, scheme)
        program = make_program(graph, self.part)
        main = f"{program.prefix}.json"
        renderer: Renderer = registry.load("renderer", "c99")
        files = {**renderer.render(program), main: _facts(program)}
        memory = Memory(program.arena_bytes, program.weights_bytes, is_shared=bool(self.part))
        return Artifact(self.name, main, dict(sorted(files.items())), EXACT, memory=memory)


def _require_integers(graph: Graph, target: Target, scheme: str) -> None:
    if not graph.is_quantized:
        raise RefusedError(
            f"{target.name}: graph '{graph.name}' is float ('{scheme}'), the C back end "
            "computes in integers; quantize it with --quant ptq"
        )


def _facts(program: CProgram) -> bytes:
    facts = {
        "name": program.name,
        **({"part": program.part} if program.part else {}),
        "arena_bytes": program.arena_bytes,
        "weights_bytes": program.weights_bytes,
        "macs": program.macs,
        "inputs": [asdict(border) for border in program.inputs],
        "outputs": [asdict(border) for border in program.outputs],
    }
    return (json.dumps(facts, indent=2) + "\n").encode()


COMPILER = CCompiler()
