"""choose: the first runtime whose compiler takes the quantized networks."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from zoo import registry
from zoo.build.choice import CHOICE_FILE, obstacle
from zoo.build.plan import Plan
from zoo.build.stage import needs_of_detector
from zoo.graph import Graph


def run(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:
    """Write runtime.json: the target, and why it is that one.

    The plan's own is the last resort: what it does not take either, its lowering refuses.
    """
    graphs = list(_networks(needs))
    why, chosen = "", plan
    for candidate in plan.preferred:
        found = _obstacle(candidate, graphs)
        if not found:
            chosen = candidate
            break
        why = why or f"{candidate.target.name} {found}"
    why = why or "it is the board's fastest, and takes the whole network"
    choice = {"target": chosen.target.name, "why": why}
    (out / CHOICE_FILE).write_text(json.dumps(choice, indent=2) + "\n", "utf-8")


def _obstacle(plan: Plan, graphs: Sequence[Graph]) -> str:
    """Return why a plan's target is not for one of its networks, '' if it is for all."""
    parts = [part for part in (plan, plan.detector) if part is not None]
    for graph, part in zip(graphs, parts, strict=True):
        if found := obstacle(graph, part.target, part.scheme):
            return found
    return ""


def _networks(needs: Mapping[str, Path]) -> Iterator[Graph]:
    """Yield the network that is deployed, and a chain's detector."""
    for part in filter(None, (needs, needs_of_detector(needs))):
        hub = part["quantize"] / "hub.onnx"
        yield registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
