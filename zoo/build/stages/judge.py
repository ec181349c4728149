"""judge: refuse a network that quantization changed too much, before it is lowered and compiled."""

from collections.abc import Mapping
from pathlib import Path

from zoo import registry
from zoo.build.plan import Plan
from zoo.proof.loss import judged_records


def run(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:  # noqa: ARG001 (writes nothing)
    """Raise VerifyError for the first loss above the limit; the certificate states all of them."""
    hub = needs["quantize"] / "hub.onnx"
    graph = registry.load("format", "onnx").read(hub.read_bytes(), str(hub))
    for check in judged_records(graph, plan.quantization_bound, str(hub)):
        check.demand(f"{plan.recipe.name} for {plan.target.name}")
