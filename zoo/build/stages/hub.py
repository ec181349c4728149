"""hub: the model's float ONNX, simplified, in the one form that the Graph writes.

That form is compared with the file at once, before anything is trained or compiled.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from zoo import registry
from zoo.build.plan import Plan
from zoo.errors import RecipeError
from zoo.graph import Graph
from zoo.proof.source_check import check_source, demand_same, random_inputs
from zoo.recipe import Recipe


def run(plan: Plan, needs: Mapping[str, Path], out: Path) -> None:  # noqa: ARG001
    """Write float.onnx with the contract in its metadata.

    Raises VerifyError where it computes something else than the model's file.
    """
    onnx = registry.load("format", "onnx")
    contract = plan.recipe.contract
    graph = onnx.import_file(plan.float_hub, {contract.input.name: contract.input.shape})
    check_contract(graph, plan.recipe)
    described = replace(graph, metadata={**graph.metadata, **_description(plan.recipe)})
    hub = out / "float.onnx"
    hub.write_bytes(onnx.write(described))
    feeds = {contract.input.name: random_inputs(contract)}
    demand_same(check_source(plan.float_hub, hub, feeds), plan.float_hub)


def check_contract(graph: Graph, recipe: Recipe) -> None:
    """Raise RecipeError where network and contract do not fit together."""
    contract = recipe.contract
    found = {name: graph.tensors[name].shape[1:] for name in (*graph.inputs, *graph.outputs)}
    for kind, specs, names in (
        ("input", (contract.input,), graph.inputs),
        ("output", contract.outputs, graph.outputs),
    ):
        for spec in specs:
            if spec.name not in names:
                raise RecipeError(
                    f"{recipe.name}: the contract names the {kind} '{spec.name}', the network "
                    f"has {', '.join(names)}; correct the contract"
                )
            if spec.shape != found[spec.name]:
                raise RecipeError(
                    f"{recipe.name}: {kind} '{spec.name}' has shape {list(spec.shape)} in the "
                    f"contract and {list(found[spec.name])} in the network (without the batch); "
                    "correct the contract"
                )
    if len(graph.inputs) != 1:
        raise RecipeError(
            f"{recipe.name}: the network has {len(graph.inputs)} inputs "
            f"({', '.join(graph.inputs)}); a contract feeds one image"
        )


def _description(recipe: Recipe) -> Mapping[str, str]:
    licences = "; ".join(f"{licence.covers}: {licence.identifier}" for licence in recipe.licences)
    return {
        "zoo.model": recipe.name,
        "zoo.contract": recipe.contract.to_json(),
        "zoo.licences": licences,
    }
