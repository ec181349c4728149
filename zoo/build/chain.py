"""Chains: a detector's boxes are the regions of another network.

The detector is named by --detector, or both networks by a chain file in TOML (docs/chains.md).
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo import registry
from zoo.build.limits import NO_LIMITS
from zoo.build.models import find_recipe
from zoo.build.wish_table import demand_known, wish_fields
from zoo.errors import (
    ChainError,
    FileKindError,
    MissingFileError,
    NoContractError,
    RecipeError,
    RefusedError,
    UsageError,
)
from zoo.recipe import Recipe
from zoo.region_rule import RegionRule
from zoo.target import Target
from zoo.toml_file import read_toml
from zoo.user_file import is_user_file

if TYPE_CHECKING:
    from zoo.build.plan import Plan
    from zoo.build.wish import Wish

__all__ = [
    "NO_DETECTOR",
    "alone_note",
    "chained",
    "demand_board",
    "demand_chain",
    "demand_fitting",
    "is_chain_file",
    "networks_of",
    "region_note",
    "region_rule",
]

NO_DETECTOR = "none"
"""Word of --detector for the network alone, although its recipe names a detector."""

_SUFFIX = ".toml"
_TABLES = ("detector", "network", "regions")
_TEXTS = ("model", "contract", "quant", "calib", "name")
_FLOAT = ("none", "fp16")


def chained(wish: "Wish", detector: str, target: Target) -> "Wish":
    """Return the wish with a detector.

    detector: of --detector: a model's name, or a file with its contract beside it; NO_DETECTOR for
    none; '' for the one that the model's recipe names if the target runs chains, or that of a chain
    file, which `wish.model` may name. What the wish says precedes the file.
    Raises UsageError or RecipeError for what cannot be a chain.
    """
    if is_chain_file(wish.model):
        if detector:
            raise UsageError(f"{wish.model}: names the detector; leave --detector out")
        return _read_chain(wish, Path(wish.model), target)
    detector = detector or _usual_detector(wish.model, target)
    if detector in ("", NO_DETECTOR):
        return wish
    contract = Path(detector).with_suffix(_SUFFIX) if is_user_file(detector) else None
    if contract is not None and not contract.is_file():
        raise NoContractError(
            f"--detector {detector}: its contract {contract} is missing beside it; write it with "
            "`zoo contract init`, or name both in a chain file (docs/chains.md)"
        )
    return replace(wish, detector=_detector(wish, target, model=detector, contract=contract))


def is_chain_file(model: str) -> bool:
    """Whether a model's name is that of a chain file."""
    return model.endswith(_SUFFIX)


def networks_of(wish: "Wish") -> "tuple[Wish, ...]":
    """Return the wishes for the networks of a chain file, each alone, the detector last.

    What they say of quantization is the file's, unless the wish says it. Raises UsageError or
    RecipeError for what cannot be a chain, as far as the contracts are known.
    """
    file = Path(wish.model)
    tables = _tables(file)
    network = replace(wish, **_network(tables["network"], file, "network"))
    own = _network(tables["detector"], file, "detector")
    detector = replace(wish, **{"quant": network.quant, **own})
    rule = _rule(tables["regions"], file) if "regions" in tables else None
    found, looking = _known_recipe(detector, file), _known_recipe(network, file)
    if found is not None and looking is not None:
        demand_chain(found, looking)
        _demand_use(found, looking, rule or region_rule(found, looking))
    return network, detector


def _known_recipe(wish: "Wish", chain: Path) -> Recipe | None:
    """Return a network's recipe, None for a file without a contract, also beside it."""
    contract = wish.contract
    if contract is None and is_user_file(wish.model):
        contract = Path(wish.model).with_suffix(_SUFFIX)
        if contract == chain or not contract.is_file():
            return None
    return find_recipe(wish.model, contract, wish.name)


def _usual_detector(model: str, target: Target) -> str:
    """Return the detector that a registered model names, '' for none or a board without chains."""
    if is_user_file(model) or not registry.load("app", target.app).takes_detectors:
        return ""
    recipe = find_recipe(model, None)
    return recipe.detector


def alone_note(model: str, detector: str, target: Target) -> str:
    """Return that a registered model is built without its detector, '' if it is not so.

    detector: of --detector.
    """
    if detector or is_user_file(model) or is_chain_file(model):
        return ""
    if registry.load("app", target.app).takes_detectors:
        return ""
    recipe = find_recipe(model, None)
    if not recipe.detector:
        return ""
    return (
        f"the app of {target.name} runs one network: {recipe.name} is built without its detector "
        f"{recipe.detector}, as with --detector {NO_DETECTOR}"
    )


def region_rule(detector: Recipe, network: Recipe) -> RegionRule:
    """Return how a detector's boxes become a network's regions, as its recipe states it."""
    for name in (network.name, network.family):
        if name in detector.regions:
            return detector.regions[name]
    return RegionRule()


def region_note(detector: Recipe, network: Recipe, rule: RegionRule) -> str:
    """Return that boxes are regions although the detector has rules for others, '' if not so."""
    stated = detector.regions
    if not stated or rule != RegionRule() or {network.name, network.family} & stated.keys():
        return ""
    return (
        f"{detector.name} states regions for {', '.join(stated)}, not for {network.name}: its "
        "boxes are the regions as they are, which costs accuracy if the network expects another "
        "frame; a chain file states [regions] (docs/chains.md)"
    )


def demand_board(target: Target) -> None:
    """Raise RefusedError for a board without chains."""
    if not registry.load("app", target.app).takes_detectors:
        raise RefusedError(
            f"{target.name}: its app runs one network; for a chain use "
            f"{' or '.join(_boards())}, or build both networks alone, with --detector "
            f"{NO_DETECTOR}, and give the detector's boxes to the other with --boxes"
        )


def demand_chain(detector: Recipe, network: Recipe) -> None:
    """Raise ChainError for a network of signals, UsageError for two of the same name."""
    if detector.name == network.name:
        raise UsageError(
            f"{network.name}: network and detector have the same name; give a file's model another "
            "with --name, or name in the chain file"
        )
    for recipe in (detector, network):
        if recipe.contract.signal:
            raise ChainError(f"{recipe.name}: takes signals; a chain takes pictures")


def demand_fitting(plan: "Plan") -> None:
    """Raise ChainError if a network has no use for its detector, or the detector has no boxes."""
    if plan.detector is not None:
        _demand_use(plan.detector.recipe, plan.recipe, plan.regions)


def _demand_use(detector: Recipe, network: Recipe, rule: RegionRule) -> None:
    # On demand: it loads numpy, and of a cached build it was asked before.
    from zoo.data.processing import value_specs

    found = value_specs(detector.contract)
    if "boxes" not in found or found["boxes"].shape != (None, 4):
        raise ChainError(
            f"{detector.name}: cannot be a detector: its contract has the values "
            f"{', '.join(found)}; a detector's has boxes [N, 4], which the steps boxes and nms "
            "make (docs/boxes.md)"
        )
    if rule.passes > 1 and "landmarks" not in value_specs(network.contract):
        raise ChainError(
            f"{network.name}: has no value 'landmarks', where a second pass could look; set "
            "passes = 1 in [regions]"
        )
    _demand_points(detector, network, rule)


def _demand_points(detector: Recipe, network: Recipe, rule: RegionRule) -> None:
    """Raise RecipeError unless each pass has the points that the network's contract aligns."""
    from zoo.data.processing import usual_points, value_specs

    count = len(usual_points(network.contract))
    found, own = value_specs(detector.contract), value_specs(network.contract)
    if not count:
        return
    if rule.passes > 1 and own["landmarks"].shape != (count, 2):
        raise ChainError(
            f"{network.name}: its contract aligns {count} points, its own landmarks, which a "
            f"second pass would align, are {own['landmarks']}; set passes = 1 in [regions]"
        )
    keypoints = found.get("keypoints")
    if rule.passes == 1 and (keypoints is None or keypoints.shape != (None, count, 2)):
        raise ChainError(
            f"{network.name}: its contract aligns {count} points, the value 'keypoints' "
            f"[N, {count}, 2] of its detector; {detector.name} has {keypoints or 'none'}: state "
            f"keypoints and keypoint_count = {count} in the step boxes of its contract "
            "(docs/boxes.md), or take a detector that finds them"
        )


def _boards() -> list[str]:
    boards = (registry.load("target", name) for name in registry.names("target"))
    return [board.name for board in boards if registry.load("app", board.app).takes_detectors]


def _detector(wish: "Wish", target: Target, **found: Any) -> "Wish":  # noqa: ANN401
    """Return the wish for a detector of the same build. found: its own fields of a Wish."""
    is_known = wish.quant in _FLOAT or _is_published(found["model"], wish.quant, target)
    quant = wish.quant if is_known else ""
    kept = replace(wish, quant=quant, scheme="", name="", contract=None, hub=None)
    kept = replace(kept, calibration=None, calibrator="", epochs=None, quantizer="")
    kept = replace(kept, limits=NO_LIMITS)
    return replace(kept, **found)


def _is_published(model: str, quant: str, target: Target) -> bool:
    """Whether a registered model is published in a quantization, in the target's scheme."""
    if is_user_file(model) or not registry.knows("recipe", model):
        return False
    return f"{quant}.{target.schemes.get(quant)}" in find_recipe(model, None).hubs


def _read_chain(wish: "Wish", file: Path, target: Target) -> "Wish":
    tables = _tables(file)
    network = _network(tables["network"], file, "network")
    given = {name: value for name, value in network.items() if not getattr(wish, name)}
    wish = replace(wish, **{**given, "model": network["model"]})
    detector = _detector(wish, target, **_network(tables["detector"], file, "detector"))
    rule = _rule(tables["regions"], file) if "regions" in tables else None
    return replace(wish, detector=detector, regions=rule)


def _tables(file: Path) -> Mapping[str, Any]:
    """Return the tables of a chain file; raises UsageError or RecipeError."""
    if not file.exists():
        raise MissingFileError(
            f"{file}: no such file; a chain file names a detector and a network (docs/chains.md)"
        )
    data = read_toml(file, "chain")
    if {"input", "outputs"} <= data.keys():
        raise FileKindError(f"{file}: is a contract; give the model, and this file with --contract")
    for name in data:
        demand_known(name, _TABLES, f"{file}: table")
    for name in ("detector", "network"):
        if name not in data:
            raise ChainError(f"{file}: has no table [{name}]; a chain has [detector] and [network]")
        if not isinstance(data[name], dict):
            raise ChainError(
                f"{file}: {name} = {data[name]!r}; a table [{name}] is needed, with model = ..."
            )
    return data


def _network(table: Mapping[str, Any], file: Path, where: str) -> dict[str, Any]:
    """Return the fields of a Wish that a table states."""
    return wish_fields(table, _TEXTS, file, f"[{where}]")


def _rule(table: object, file: Path) -> RegionRule:
    if not isinstance(table, dict):
        raise ChainError(f"{file}: regions = {table!r}; a table [regions] is needed")
    for name in table:
        demand_known(name, tuple(RegionRule.__dataclass_fields__), f"{file}: [regions]")
    try:
        return RegionRule(**table)
    except RecipeError as error:
        raise ChainError(f"{file}: {error}") from error
