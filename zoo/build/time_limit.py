"""The limit of time of a build: it refuses a network that is estimated to take longer."""

from math import inf

from zoo import registry
from zoo.build.plan import Plan
from zoo.capability import TimeEstimate
from zoo.errors import QuantizeError, RefusedError
from zoo.estimate.deployed import Deployed, in_scheme, number_format
from zoo.estimate.estimate import estimate
from zoo.graph import Graph
from zoo.target import Target

__all__ = ["demand_in_time", "estimated_ms"]


def estimated_ms(plan: Plan, graph: Graph) -> float | None:
    """Return the network's time on the board, None if nothing tells its speed.

    graph: as it is deployed.
    """
    form = number_format(graph, plan.scheme)
    stored = in_scheme(graph, plan.scheme)
    network = Deployed(plan.recipe.name, plan.target, plan.quant, plan.scheme, graph, stored, form)
    found = estimate(network).ms
    return None if found is None else float(f"{found:.4g}")


def demand_in_time(plan: Plan, graph: Graph) -> None:
    """Raise QuantizeError if a network is too slow for the plan's limit, if there is one.

    RefusedError if its time is not known.
    """
    limit_ms, target = plan.limits.ms, plan.target
    if limit_ms == inf:
        return
    ms = estimated_ms(plan, graph)
    if ms is None:
        form = number_format(graph, plan.scheme)
        raise RefusedError(
            f"{target.name}: `zoo estimate` does not know how fast it computes {form}, which "
            f"--budget-ms {limit_ms:g} needs: leave out --budget-ms, and measure the build on your "
            f"board with `zoo bench`; boards of known speed: {', '.join(_timed_boards())}"
        )
    if ms > limit_ms:
        raise QuantizeError(
            f"{plan.recipe.name}: takes an estimated {ms:.3g} ms on {target.name}, and "
            f"--budget-ms allows {limit_ms:g}: allow more, or choose a smaller network"
        )


def _timed_boards() -> list[str]:
    """Return the names of the boards whose speed something tells."""
    targets = ((name, registry.load("target", name)) for name in registry.names("target"))
    return [name for name, target in targets if _is_timed(target)]


def _is_timed(target: Target) -> bool:
    compiler = registry.load("compiler", target.compiler)
    return bool(target.rooflines) or isinstance(compiler, TimeEstimate)
