"""The runtime of a build with `--runtime auto`: the first that takes the quantized networks.

The choice is a stage of its own. Stages before it do not depend on the runtime; those after it are
those of the chosen plan, as if the user had named its runtime.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path

from zoo.build.plan import Plan
from zoo.build.stage import Stage
from zoo.build.targets import AUTO

__all__ = ["CHOICE", "CHOICE_FILE", "settled"]

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
        runtime_note=f"--runtime {AUTO} chose {choice['target']}: {choice['why']}",
        signing=plan.signing,
        used=plan.used,
    )
