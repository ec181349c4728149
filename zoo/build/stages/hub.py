"""hub: the model's float ONNX, simplified, in the Graph's canonical form.

The result is compared with the file immediately, before anything is trained or compiled.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from zoo import registry
from zoo.build.network import read_network
from zoo.build.plan import Plan
from zoo.proof.source_check import check_source, demand_same, own_noise, random_inputs


def run(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:  # noqa: ARG001
    """Write float.onnx with the contract in its metadata.

    Raises VerifyError if its results differ from those of the model's file.
    """
    onnx = registry.load("format", "onnx")
    contract = plan.recipe.contract
    graph = read_network(plan.float_hub, plan.recipe)
    described = replace(graph, metadata={**graph.metadata, **plan.recipe.hub_metadata})
    hub = out / "float.onnx"
    hub.write_bytes(onnx.write(described))
    feeds = {contract.input.name: random_inputs(contract)}
    check = check_source(plan.float_hub, hub, feeds, contract)
    noise = ("", 0.0) if check.holds else own_noise(plan.float_hub, feeds, contract)
    demand_same(check, plan.float_hub, noise)
