"""The runtime of a build that names none: the first that takes the quantized networks.

The choice is a stage of its own. Stages before it do not depend on the runtime; those after it are
those of the chosen plan, as if the user had named its runtime.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from pathlib import Path

from zoo.build.plan import Plan
from zoo.build.stage import Stage
from zoo.build.targets import runtime_note
from zoo.capability import refusal_of
from zoo.graph import Graph
from zoo.target import Target

__all__ = ["CHOICE", "CHOICE_FILE", "obstacle", "settled"]

CHOICE_FILE = "runtime.json"


def _candidates(plan: Plan) -> Mapping[str, object]:
    return {"targets": [asdict(each.target) for each in (*plan.preferred, plan)]}


CHOICE = Stage(
    "choose",
    "choose the runtime",
    "zoo.build.stages.choose:run",
    needs=("quantize",),
    options=_candidates,
)


def obstacle(graph: Graph, target: Target, scheme: str) -> str:
    """Return why a target is not for an integer network, '' if it is. scheme: by name."""
    if refusal := refusal_of(graph, target, scheme):
        return f"does not take the network: {refusal}"
    if _are_most_of(graph, target.slow):
        return f"computes values of {' or '.join(target.slow)} more slowly"
    return ""


def _are_most_of(graph: Graph, types: Collection[str]) -> bool:
    """Whether more than half of a network's integer values are of these types."""
    values = (t for t in graph.tensors.values() if t.quantization and not t.is_constant)
    found = [value.dtype in types for value in values]
    return sum(found) > len(found) / 2


def settled(plan: Plan, done: Mapping[str, Path]) -> Plan:
    """Return the plan with the chosen runtime, the plan itself before that is known.

    done: the results of the stages.
    """
    if not plan.preferred or CHOICE.name not in done:
        return plan
    choice = json.loads((done[CHOICE.name] / CHOICE_FILE).read_text("utf-8"))
    chosen = next(p for p in (*plan.preferred, plan) if p.target.name == choice["target"])
    return replace(
        chosen,
        preferred=(),
        board=plan.board,
        runtime_note=runtime_note(chosen.runtime, choice["why"]),
        signing=plan.signing,
        used=plan.used,
    )
