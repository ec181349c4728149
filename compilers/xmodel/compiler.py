"""Lowers an integer Graph to the .xmodel of AMD's DPU."""

from dataclasses import dataclass

from compilers.xmodel.check import check_quantized
from compilers.xmodel.decode import decode
from compilers.xmodel.dpu import Dpu
from compilers.xmodel.dpu_time import dpu_times
from compilers.xmodel.encode import encode
from compilers.xmodel.lower import capabilities, lower_for_dpu
from compilers.xmodel.powers_of_two import require_powers_of_two
from compilers.xmodel.stand_in import as_compiled
from compilers.xmodel.vendor_compiler import (
    ARCH,
    COMPILED,
    QUANTIZED,
    SCRIPT,
    TOOLS,
    arch_json,
    compile_by_vendor,
    compile_script,
    find_vendor_compiler,
    summarize,
)
from zoo import registry
from zoo.artifact import Artifact, Exactness
from zoo.capability import Capability, NodeTime, TimeMethod
from zoo.graph import Graph
from zoo.plugs import Compiler
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = ["COMPILER", "XmodelCompiler"]

STAND_IN = "stand_in"

EXACT = Exactness(0, "lsb", "every value is an integer over a power of two, exact in float32")

NOT_COMPILED = (
    f"not compiled: vai_c_xir was not found; {QUANTIZED} is its input, {SCRIPT} beside it runs it"
)
NOT_RUN = f"the proof ran {QUANTIZED}; its compiled form {COMPILED} runs only on the board"


@dataclass(frozen=True)
class XmodelCompiler(Compiler):
    """Supports the scheme dpu-pow2. Without AMD's compiler the artifact is its input.

    part: whose stand-in a program can load beside those of other networks.
    """

    name = "xmodel"
    tools = TOOLS
    time_method = TimeMethod(
        "the DPU's layers by its parallelism in product guide PG338, or by its memory ports, the "
        "longer of both; compared with AMD's figures for six networks (docs/estimate.md)",
        factor=1.2,
    )
    part: str = ""

    def for_part(self, part: str) -> "XmodelCompiler":
        """Return the compiler for a network whose stand-in has a name of its own."""
        return XmodelCompiler(part)

    def capabilities(
        self,
        graph: Graph,
        target: Target,
        scheme: Scheme | None = None,  # noqa: ARG002
    ) -> tuple[Capability, ...]:
        """Return which nodes of the graph the DPU runs."""
        return capabilities(graph, target)

    def estimated_times(self, graph: Graph, target: Target) -> tuple[NodeTime, ...]:
        """Return the times of compilers.xmodel.dpu_time; raises RefusedError for wrong facts."""
        return dpu_times(graph, target)

    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:
        """Return the quantized file, the compiled one if vai_c_xir is available, and a stand-in.

        The folder stand_in/ has the network's C sources and the same network in the form of a
        compiled file, for a machine without a DPU.
        Raises RefusedError for a float graph or another scheme, Refusal for a node that the DPU
        does not run, ToolchainError if vai_c_xir fails.
        """
        require_powers_of_two(graph, target.name)
        quantized = lower_for_dpu(graph, target)
        check_quantized(quantized, QUANTIZED)
        dpu = Dpu.of(target)
        files = {
            QUANTIZED: encode(quantized),
            ARCH: arch_json(dpu).encode(),
            SCRIPT: compile_script(dpu).encode(),
        }
        stand_in = {
            COMPILED: encode(as_compiled(quantized, dpu, self.part)),
            **registry.load("compiler", "c").lower(graph, target, scheme).files,
        }
        compiled = compile_by_vendor(files, dpu) if find_vendor_compiler() else None
        files |= {f"{STAND_IN}/{name}": content for name, content in stand_in.items()}
        if compiled is None:
            return Artifact(self.name, QUANTIZED, files, EXACT, (NOT_COMPILED,))
        notes = (summarize(decode(compiled, COMPILED)), NOT_RUN)
        return Artifact(self.name, COMPILED, {**files, COMPILED: compiled}, EXACT, notes)


COMPILER = XmodelCompiler()
