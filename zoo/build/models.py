"""The model that a user names: a registered recipe, or a network's file with its contract."""

from dataclasses import replace
from pathlib import Path

from zoo import registry
from zoo.contract import Contract
from zoo.errors import (
    ContractError,
    FileKindError,
    MissingFileError,
    NoContractError,
    RecipeError,
    StepError,
    UnknownNameError,
    UsageError,
)
from zoo.names import ALLOWED, is_name, proposed_name
from zoo.recipe import Recipe
from zoo.scheme import OWN_INTEGERS
from zoo.user_file import find_importer, is_user_file, suffixes

__all__ = ["USER", "check_steps", "find_recipe"]

USER = "user"
"""Family of models from users' files."""

_OTHER_FILES = (".pt", ".pth", ".safetensors", ".h5", ".keras", ".pb", ".xmodel")
"""Names with these endings are files, whether they exist or not."""

_BUNDLE = (
    "is a bundle, which is built already: `zoo run` runs it, `zoo verify` proves it again, "
    "`zoo bench` times it if all models are bundles, `zoo eval` measures it"
)
_OWN_FILES = {
    ".gz": _BUNDLE,
    ".deb": _BUNDLE,
    ".kfpkg": "is a flash package, which is built already: `zoo flash` writes it to a board, `zoo "
    "show` lists what it holds",
    ".toml": "is a chain file or a contract; `zoo build`, `zoo bench` and `zoo eval` take a chain: "
    "give each network alone, and a contract with --contract",
}
"""What our own files are that hold no network, by ending."""


def find_recipe(
    model: str, contract: Path | None, name: str = "", *, has_own_network: bool = False
) -> Recipe:
    """Return a registered recipe, or one made from a user's file and contract.

    name: of the model, '' for the file's or the recipe's own; a registered one takes another name
    only if has_own_network, a user's file in place of its own. Raises UsageError for an invalid
    name, or if file, contract and name do not match.
    """
    path = Path(model)
    if not is_user_file(model):
        if path.is_file() and path.suffix in _OWN_FILES:
            raise FileKindError(f"{model}: {_OWN_FILES[path.suffix]}")
        if path.is_file() or path.suffix in _OTHER_FILES:
            raise FileKindError(
                f"{model}: only an {suffixes()} file, or a model of `zoo list`, can be read; "
                f"{_remedy(path)}"
            )
        if contract is not None or (name and not has_own_network):
            raise UsageError(
                f"{model}: only an {suffixes()} file needs a contract or a name; registered models "
                "have their own, and take another name only with --hub FILE"
            )
        recipe: Recipe = registry.load("recipe", model)
        return replace(recipe, name=name) if name else recipe
    if not path.is_file():
        raise MissingFileError(
            f"{model}: no such file; give an {suffixes()} file, or a model of `zoo list`"
        )
    if contract is None:
        raise NoContractError(
            f"{model}: a network's file needs --contract contract.toml; see docs/contract.md"
        )
    summary = f"user's file {path.name}"
    parsed = _read_contract(contract)
    return Recipe(name or _file_name(path), USER, summary, parsed, hubs={_key_of(path): path})


def _remedy(path: Path) -> str:
    """Return what to do with a file that holds no network for us."""
    describers = (registry.load("describer", name) for name in registry.names("describer"))
    if any(path.name.endswith(found.suffix) for found in describers):
        return "this is for a chip: give what it was compiled from; `zoo show` describes it"
    return "export it to ONNX (docs/onnx.md)"


def _read_contract(file: Path) -> Contract:
    """Return a user's contract, whose steps go together; raises RecipeError naming its file."""
    from zoo.data.processing import rehearse, warn_of_large_inputs

    if not file.is_file():
        raise MissingFileError(
            f"{file}: no such file; --contract needs a .toml file (docs/contract.md)"
        )
    contract = Contract.from_toml(file)
    try:
        check_steps(contract)
        rehearse(contract)
        warn_of_large_inputs(contract)
    except (RecipeError, UnknownNameError) as error:
        kind = ContractError if type(error) is ContractError else StepError
        raise kind(f"{file}: {str(error).removeprefix('contract: ')}") from error
    return contract


def _file_name(path: Path) -> str:
    """Return the model name of a user's file, used for the bundle and its files."""
    if not is_name(path.stem):
        raise UsageError(
            f"{path}: {path.stem!r} cannot be a model's name, which has {ALLOWED}; give `zoo "
            f"build` another one with --name {proposed_name(path.stem)}, or rename the file"
        )
    return path.stem


def check_steps(contract: Contract) -> None:
    """Raise UnknownNameError or RecipeError for an unknown step or invalid parameters."""
    for step in contract.steps:
        registry.load("step", step.name).complete(step.parameters)


def _key_of(path: Path) -> str:
    return OWN_INTEGERS if find_importer(path).is_quantized(path) else "none"
