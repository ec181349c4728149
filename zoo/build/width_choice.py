"""The bit widths of a build with limits, chosen layer by layer."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from zoo import registry
from zoo.build.plan import Plan
from zoo.build.time_limit import demand_in_time, estimated_ms
from zoo.capability import CapabilityCheck
from zoo.cost import MemoryReport
from zoo.diagnosis.mixed_widths import MixedWidths, mix_widths
from zoo.diagnosis.output_loss import mean_loss
from zoo.diagnosis.runner import Runner
from zoo.diagnosis.width_limits import TrialQuantizer
from zoo.errors import QuantizeError, RefusedError
from zoo.graph import Graph
from zoo.plugs import Feeds
from zoo.provenance.used import recording
from zoo.scheme import Scheme
from zoo.target import Target

__all__ = ["choose_widths", "demand_loss"]

Quantize = Callable[[Scheme], Graph]


def choose_widths(
    plan: Plan, floats: Graph, judging: Feeds, whole: Quantize, quick: Quantize
) -> MixedWidths:
    """Return the widths that keep the plan's limits; raises ZooError where none do.

    judging: pictures held out from calibration, as one batch.
    whole, quick: as in zoo.diagnosis.width_limits.TrialQuantizer, but `quick` refuses nothing.
    """

    def tried(scheme: Scheme) -> Graph:
        with recording():  # it only refuses: another compiler needs no other integers
            _demand_taken(plan.target, scheme, floats.outputs[0])
            graph = quick(scheme)
            compiler = registry.load("compiler", plan.target.compiler)
            compiler.lower(graph, plan.target, plan.scheme)
        return graph

    def refused(scheme: Scheme) -> frozenset[str]:
        with recording():
            compiler = registry.load("compiler", plan.target.compiler)
            if not isinstance(compiler, CapabilityCheck):
                return frozenset()
            table = compiler.capabilities(quick(scheme), plan.target)
        return frozenset(one.node for one in table if one.why)

    ((name, samples),) = judging.items()
    demand_in_time(plan, tried(plan.integers))
    facts = partial(_stored_bytes, plan), partial(estimated_ms, plan), refused
    quantizer = TrialQuantizer(whole, tried, *facts)
    return mix_widths(floats, plan.integers, quantizer, Runner(name, samples), plan.limits)


def demand_loss(
    plan: Plan, floats: Graph, judging: Feeds, trained: Graph, mixed: MixedWidths
) -> None:
    """Raise QuantizeError if a network loses more, once trained, than the plan's limit.

    judging: as for `choose_widths`.  mixed: the choice before training, which kept the limit.
    """
    ((name, samples),) = judging.items()
    pictures = Runner(name, samples)
    wanted = pictures.outputs(replace(floats, outputs=trained.outputs))
    loss = mean_loss(wanted, pictures.outputs(trained))
    if not loss <= plan.limits.loss:  # nan, too
        raise QuantizeError(
            f"training made the loss {loss:.3g}, above the limit of {plan.limits.loss:g}; before "
            f"it was {mixed.chosen.loss:.3g}, which --quant ptq keeps: build with that, change "
            "--epochs, or allow a larger loss"
        )


def _demand_taken(target: Target, scheme: Scheme, name: str) -> None:
    """Raise RefusedError if the target refuses the scheme that has the widths of a tensor.

    A compiler may take what its runtime does not compute any better, such as 4-bit weights.
    The message names no scheme, as the search has chosen it, and nobody has asked for it.
    """
    asked = scheme.at(name)
    for refused, why in target.refuses.items():
        if refused in registry.names("scheme"):
            known: Scheme = registry.load("scheme", refused)
            if replace(asked, name=known.name, summary=known.summary) == known:
                bits = f"{known.weight_bits}-bit weights with {known.activation_bits}-bit values"
                reason, *_ = why.partition("; use ")
                raise RefusedError(f"{target.name} refuses {bits}: {reason}")


def _stored_bytes(plan: Plan, graph: Graph) -> int | None:
    """Return the bytes of constants in the board's program, None if its compiler does not tell."""
    compiler = registry.load("compiler", plan.target.compiler)
    memory = compiler.memory(graph) if isinstance(compiler, MemoryReport) else None
    return None if memory is None else memory.weights_bytes
