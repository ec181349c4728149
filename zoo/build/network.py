"""A model's file, read under its contract."""

from pathlib import Path

from zoo.contract import TensorSpec
from zoo.errors import MisfitError
from zoo.graph import Graph, Shape
from zoo.recipe import Recipe
from zoo.user_file import import_file

__all__ = ["check_contract", "read_network"]


def read_network(file: Path, recipe: Recipe) -> Graph:
    """Return a float or quantized file as a Graph that the recipe's contract fits.

    Raises a ZooError for the file, RecipeError if network and contract do not match.
    """
    graph = import_file(file, recipe.contract.file_inputs)
    check_contract(graph, recipe)
    return graph


def check_contract(graph: Graph, recipe: Recipe) -> None:
    """Raise RecipeError if network and contract do not match."""
    contract = recipe.contract
    found = {name: graph.tensors[name].shape[1:] for name in (*graph.inputs, *graph.outputs)}
    for kind, specs, names in (
        ("input", (contract.input,), graph.inputs),
        ("output", contract.outputs, graph.outputs),
    ):
        for spec in specs:
            if spec.name not in names:
                raise MisfitError(
                    f"{recipe.name}: the contract names the {kind} '{spec.name}', the network "
                    f"has {', '.join(names)}; correct the contract"
                )
            if spec.shape != found[spec.name]:
                raise MisfitError(
                    f"{recipe.name}: {kind} '{spec.name}' has shape {list(spec.shape)} in the "
                    f"contract and {list(found[spec.name])} in the network (without the batch); "
                    f"{_remedy(spec, found[spec.name])}"
                )
    if len(graph.inputs) != 1:
        raise MisfitError(
            f"{recipe.name}: the network has {len(graph.inputs)} inputs "
            f"({', '.join(graph.inputs)}); a contract feeds one, state the others as "
            "its constants (docs/contract.md)"
        )


def _remedy(spec: TensorSpec, found: Shape) -> str:
    if found == (*spec.shape[1:], *spec.shape[:1]):
        return f'state layout = "nhwc" and shape = {list(found)} in the input'
    return "correct the contract"
