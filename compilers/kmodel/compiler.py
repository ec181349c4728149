"""Lowers an integer Graph to the .kmodel of Kendryte's K210."""

from compilers.kmodel.border import border_json
from compilers.kmodel.encode import VERSIONS, encode
from compilers.kmodel.frame_rate import KPU_CLOCK_HZ, LayerTime, estimate
from compilers.kmodel.layer_work import layer_works
from compilers.kmodel.lower import Lowered, capabilities, lower
from compilers.kmodel.steps import KpuStep
from zoo import registry
from zoo.artifact import Artifact, Exactness, Memory
from zoo.capability import Capability, NodeTime, TimeMethod
from zoo.errors import RefusedError
from zoo.graph import Graph
from zoo.plugs import Compiler
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = ["COMPILER", "KmodelCompiler"]

MAIN, BORDER, STAND_IN = "network.kmodel", "network.json", "stand_in"
VERSION_FACT = "kmodel_version"
"""A target's fact: the version to write, 4 if absent."""

EXACT = Exactness(0, "lsb", "the simulator computes the KPU's integers from its registers")
ROUNDED = Exactness(
    1e-4, "lsb", "version 3 dequantizes by q * scale + bias, which rounds in float32 once more"
)


class KmodelCompiler(Compiler):
    """Supports the scheme kpu-u8."""

    name = "kmodel"
    time_method = TimeMethod(
        "cycles of the KPU's layers, weights and transfers, from two published measurements "
        "(docs/k210.md); 1x1 convolutions are taken to be as slow as 3x3 ones"
    )

    def capabilities(
        self,
        graph: Graph,
        target: Target,
        scheme: Scheme | None = None,  # noqa: ARG002
    ) -> tuple[Capability, ...]:
        """Return which nodes of the graph the KPU runs, and which the CPU beside it."""
        return capabilities(graph, target)

    def estimated_times(self, graph: Graph, target: Target) -> tuple[NodeTime, ...]:
        """Return the estimated times of compilers.kmodel.frame_rate; raises Refusal."""
        found = estimate(layer_works(graph, target), _clock_hz(target))
        return tuple(map(_node_time, found.layers))

    def lower(self, graph: Graph, target: Target, scheme: str) -> Artifact:
        """Return the file, what it does not hold of its border, and a stand-in.

        The folder stand_in/ has the network's C sources, for a machine without a KPU.
        Raises RefusedError for another scheme, Refusal for a node that the chip does not run.
        """
        version = _version(target)
        lowered = lower(graph, target, version)
        content = encode(lowered.model)
        stand_in = registry.load("compiler", "c").lower(graph, target, scheme).files
        return Artifact(
            self.name,
            MAIN,
            {
                MAIN: content,
                BORDER: border_json(graph),
                **{f"{STAND_IN}/{name}": text for name, text in stand_in.items()},
            },
            EXACT if version == VERSIONS[-1] else ROUNDED,
            (_note(lowered),),
            Memory(lowered.placement.main_bytes, len(content)),
        )


def _clock_hz(target: Target) -> float:
    clock_hz = target.facts.get("kpu_clock_hz", KPU_CLOCK_HZ)
    if not isinstance(clock_hz, int | float) or clock_hz <= 0:
        raise RefusedError(
            f"{target.name}: its fact kpu_clock_hz is {clock_hz!r}; expected hertz above 0"
        )
    return clock_hz


def _node_time(layer: LayerTime) -> NodeTime:
    parts = {
        "compute": layer.compute_ms,
        "weights": layer.weights_ms,
        "memory": layer.memory_ms,
        "cpu": layer.cpu_ms,
    }
    return NodeTime(layer.name, layer.runs_on, layer.total_ms, parts)


def _version(target: Target) -> int:
    version = target.facts.get(VERSION_FACT, VERSIONS[-1])
    if version not in VERSIONS or not isinstance(version, int):
        raise RefusedError(
            f"{target.name}: its fact {VERSION_FACT} is {version!r}; allowed are "
            f"{' and '.join(map(str, VERSIONS))}"
        )
    return version


def _note(lowered: Lowered) -> str:
    steps = lowered.placement.steps
    layers = sum(isinstance(step, KpuStep) for step in steps)
    return (
        f"{layers} layers on the KPU, {len(steps) - layers} steps on the CPU; the images take "
        f"{lowered.placement.kpu_bytes:,} bytes of the KPU's memory"
    )


COMPILER = KmodelCompiler()
