"""Proof op by op: a deep network's outputs may diverge, a single op's may not."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from zoo import registry
from zoo.artifact import Exactness
from zoo.graph import Graph
from zoo.plugs import Feeds, Inspector, OpDifference, OpJudge
from zoo.proof.certificate import Check

__all__ = ["can_inspect", "compare_ops", "prove_ops", "proven_exactness"]

_WHY = "given the same inputs, only rounding can differ; proven from scales and weights"
_EXACT = "proven: all scales are powers of two and no sum has more than 24 bits"
_FURTHER = (
    "proven: each op's largest error, times the weights after it, at most the integers' full "
    "range; the checks of each op alone decide"
)


def can_inspect(executor: str) -> bool:
    """Whether the executor exposes intermediate activations: zoo.plugs.Inspector."""
    return isinstance(registry.load("executor", executor), Inspector)


def prove_ops(
    step: str,
    executor: str,
    file: Path,
    graph: Graph,
    feeds: Sequence[Feeds],
    own_form: Callable[[Feeds], Feeds] = dict,
    tie_steps: int = 0,
) -> Check | None:
    """Return the check of each op on its own; None if that does not cover all of them.

    The executor may not expose all activations, and some ops may have no proven bound.

    The outputs are those of the unmodified file, which proves that they derive from the integers
    inside.  executor: zoo.plugs.Inspector.  file: of the integer graph.
    own_form: feeds as the file takes them.  tie_steps: how far from half to even the executor may
    round a tie.
    """
    names = [t.name for t in graph.tensors.values() if t.quantization and not t.is_constant]
    inspector: Inspector = registry.load("executor", executor)
    run = inspector.load_inside(file.parent, file.name, names)
    plain = inspector.load(file.parent, file.name)
    judge: OpJudge = registry.load("executor", "reference")
    own = ((feed, own_form(feed)) for feed in feeds)
    values = ({**feed, **run(given), **plain(given)} for feed, given in own)
    found = [difference for inside in values for difference in judge.judge_ops(graph, inside)]
    needed = {node.name for node in graph.nodes if judge.rounds(node)}
    needed |= {node.name for node in graph.nodes if node.output in graph.outputs}
    allowed = (replace(d, allowed=max(d.allowed, tie_steps)) for d in found)
    judged = [difference for difference in allowed if difference.is_judged]
    return compare_ops(step, judged) if needed <= _nodes(judged) else None


def compare_ops(step: str, found: Iterable[OpDifference], how: str = "re-run") -> Check:
    """Return the check over all ops, or of the worst one if one exceeds its bound."""
    differences = list(found)
    worst = max(differences, key=lambda d: _largest(d) - d.allowed)
    too_far = _largest(worst) > worst.allowed
    shown = [worst] if too_far else differences
    count = sum(d.steps.size for d in shown)
    # Integers below 2**53: their sum is exact in any order.
    mean = sum(int(d.steps.sum(dtype=np.int64)) for d in shown) / count
    why = f"node '{worst.node}': {_WHY}" if too_far else f"each of {len(_nodes(shown))} ops: {_WHY}"
    return Check(
        step=step,
        unit="lsb",
        largest=float(max(map(_largest, shown))),
        mean=float(f"{mean:.6g}"),
        bound=max(d.allowed for d in shown),
        values=count,
        why=why,
        how=how,
        spread=max(d.allowed for d in shown),
    )


def proven_exactness(graph: Graph) -> Exactness:
    """Return the bound of a runtime's outputs that follows from the bounds of its ops."""
    judge: OpJudge = registry.load("executor", "reference")
    bounds = judge.error_bounds(graph)
    bound = max(bounds[name] for name in graph.outputs)
    return Exactness(bound, "lsb", _FURTHER if bound else _EXACT)


def _largest(difference: OpDifference) -> int:
    return int(difference.steps.max())


def _nodes(differences: Iterable[OpDifference]) -> set[str]:
    return {difference.node for difference in differences}
