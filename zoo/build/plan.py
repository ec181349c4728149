"""A build plan: model, target and quantization, checked against each other before any work."""

from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from zoo import registry
from zoo.build.chain import demand_board, demand_chain, region_note, region_rule
from zoo.build.limits import NO_LIMITS, Limits
from zoo.build.models import USER, find_recipe
from zoo.build.network import read_network
from zoo.build.quantization import (
    QAT,
    check_limits,
    check_own_quantizer,
    check_quantizer,
    choose_quant,
    choose_scheme,
    hub_key,
    usual_quant,
)
from zoo.build.source_kind import demand_source, demand_steps
from zoo.build.targets import (
    AUTO,
    find_target,
    find_targets,
    is_automatic,
    runtime_name,
    runtime_note,
    runtime_of_build,
)
from zoo.build.wish import Wish
from zoo.capability import demand_capable
from zoo.errors import (
    LicenceError,
    MissingFileError,
    RecipeError,
    RefusedError,
    UsageError,
    ZooError,
)
from zoo.provenance.used import Used, recording
from zoo.recipe import Recipe
from zoo.region_rule import RegionRule
from zoo.scheme import FLOAT_SCHEMES, OWN_INTEGERS, Scheme
from zoo.signature import SigningKey
from zoo.target import Target
from zoo.user_file import find_importer, suffixes

__all__ = ["Plan", "float_hub", "make_plan"]

_COUNT, _COUNTS = 500, {QAT: 2000}
"""Maximum images: a few hundred suffice for ranges, training learns from each one."""

_TOLD = ("plugin", "code")

_LONGEST_NAME = 200
"""A file's name has at most 255 bytes, and the forms of a bundle add to this one."""

_OWN = "-own"
"""Ends the name of a registered model with a user's network, as its bundle is not the published."""

_CALIB = "--calib DIR"
_CALIB_OF_DETECTOR = 'calib = "DIR" in [detector] of a chain file (docs/chains.md)'


@dataclass(frozen=True)
class Plan:
    """What will be built.

    float_hub: the initial file, float unless `quant` is zoo.scheme.OWN_INTEGERS.
    asked: the requested quantization, which names the bundle; '' if none was requested.
    quant_hub: the published integer hub, if one is used.  quantizer: as in Wish.
    detector: the plan of the network that finds this one's regions; regions: how.
    part: in a chain, the network's role in the program: 'network' or 'detector'.
    preferred: plans with faster runtimes of the board, fastest first; the first whose compiler
    takes the networks replaces this one (zoo.build.choice).
    board: names the bundle's board, '' for the target's name.
    runtime: its name for --runtime where the build may choose, otherwise ''.
    runtime_note: which runtime it is, and why; '' if the user named it.
    replaces: the registered model whose float network the user's file stands in for, '' for none.
    signing: the key that signs the bundle, None for none.
    used: plugins that the plan uses, such as recipe and target.
    """

    recipe: Recipe
    target: Target
    quant: str
    scheme: str
    float_hub: Path
    quant_hub: Path | None
    calibration: Path | None
    calibration_count: int
    calibrator: str
    quantization_bound: float
    epochs: int | None = None
    seed: int = 0
    quantizer: str = ""
    asked: str = ""
    detector: "Plan | None" = None
    regions: RegionRule = field(default_factory=RegionRule)
    part: str = ""
    replaces: str = ""
    limits: Limits = NO_LIMITS
    preferred: "tuple[Plan, ...]" = ()
    board: str = ""
    runtime: str = ""
    runtime_note: str = ""
    signing: SigningKey | None = None
    used: Used = frozenset()

    @property
    def build_name(self) -> str:
        """Return the name of the build, and of its bundle: model.target.quant.

        With a detector that the model does not name itself, the model is network+detector. Where
        the build chooses the runtime, the name is the same whichever it is: known at the start.
        """
        detector = self.detector.recipe.name if self.detector else ""
        chain = f"+{detector}" if detector not in ("", self.recipe.detector) else ""
        board = self.board or self.target.name
        return f"{self.recipe.name}{chain}.{board}.{self.asked or self.quant}"

    @property
    def is_float(self) -> bool:
        """Whether nothing is quantized to integers."""
        return self.scheme in FLOAT_SCHEMES

    @property
    def keeps_integers(self) -> bool:
        """Whether the file is already quantized and its integers are kept."""
        return self.scheme == OWN_INTEGERS

    @property
    def integers(self) -> Scheme:
        """Return the scheme of the integers, with the model's own bit widths.

        Raises UnknownNameError where there is none: of a float network, or one's own integers.
        """
        scheme: Scheme = registry.load("scheme", self.scheme)
        return self.recipe.widths(scheme)

    @property
    def hub_key(self) -> str:
        """Return the name under which a recipe publishes this quantization."""
        return hub_key(self.quant, self.scheme)

    @property
    def is_published(self) -> bool:
        """Whether the deployed network is published by the recipe, not the user's or new."""
        hub = self.float_hub if self.is_float else self.quant_hub
        return hub is not None and hub == self.recipe.hubs.get(self.hub_key)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the bundle must know of its network's origin, regions and runtime."""
        origin = self.replaces and (
            f"the float network is a file of the user's in place of {self.replaces}'s: nobody has "
            "shown that the model's card and recorded accuracy are of it, so they are left out"
        )
        found = self.detector
        regions = region_note(found.recipe, self.recipe, self.regions) if found else ""
        return tuple(filter(None, (origin, regions, self.runtime_note)))

    @property
    def quantizes(self) -> bool:
        """Whether the build makes new integers."""
        return not (self.is_float or self.keeps_integers) and self.quant_hub is None

    @property
    def trains(self) -> bool:
        """Whether quantizing trains the network."""
        return self.quant == QAT and self.quantizes


def make_plan(wish: Wish) -> Plan:
    """Check a wish and return the plan.

    Raises UsageError for invalid options and missing files, RefusedError for what the target or the
    licence forbids, RecipeError for a contract that does not match, DataError if --calib has
    neither pictures nor a data set.
    """
    with recording(imports=False) as used:
        plan = _make_plan(wish)
    if len(plan.build_name) > _LONGEST_NAME:
        raise UsageError(
            f"{plan.build_name}: this name of a bundle has {len(plan.build_name)} characters; at "
            f"most {_LONGEST_NAME} are allowed: give the file's model another one with --name"
        )
    return replace(plan, used=frozenset(thing for thing in used if thing.kind in _TOLD))


def _make_plan(wish: Wish) -> Plan:
    targets = find_targets(wish.target, wish.runtime)
    if not is_automatic(wish.target, wish.runtime):
        plan = _plan_for(wish, *targets)
        return replace(plan, board=_name_of_own(wish), runtime_note=_note_of_limits(wish))
    if wish.limits != NO_LIMITS and len(targets) > 1:
        raise UsageError(
            "--budget-kb, --max-loss and --budget-ms are about one runtime: name it instead of "
            f"--runtime {AUTO}"
        )
    return _plan_automatic(wish, targets)


def _name_of_own(wish: Wish) -> str:
    """Return the bundle's board for a board's own runtime where another may be the usual one."""
    name, _, form = wish.target.partition(":")
    board = find_target(name)
    own = board.own_runtime
    return f"{name}-{own}" if board.chooses_runtime and own in (form, wish.runtime) else ""


def _note_of_limits(wish: Wish) -> str:
    """Return the note on a board that would have chosen the runtime but for limits, else ''."""
    if wish.limits == NO_LIMITS or runtime_of_build(wish.target, wish.runtime) != AUTO:
        return ""
    board = find_target(wish.target)
    own = runtime_name(wish.target, board)
    others = " or ".join(f"--runtime {name}" for name in board.fastest_first if name != own)
    why = f"with limits such as --max-loss the build does not choose it; {others} names another"
    return runtime_note(own, why) if others else ""


def _plan_automatic(wish: Wish, targets: tuple[Target, ...]) -> Plan:
    """Return the plan for the last of the targets that takes the options, others before it.

    Raises the last target's error if none does.
    """
    plans: list[Plan] = []
    refused = ""
    for target in targets:
        try:
            plan = _plan_for(wish, target)
            plans.append(replace(plan, runtime=runtime_name(wish.target, target)))
        except ZooError as error:
            if target == targets[-1] and not (plans and isinstance(error, RefusedError)):
                raise
            refused = refused or str(error)
    *preferred, last = plans
    why = refused or "the board names no faster one"
    note = "" if preferred else runtime_note(last.runtime, why)
    board = find_target(wish.target.removesuffix(f":{AUTO}"))
    name = board.name if board.chooses_runtime else f"{board.name}-{AUTO}"
    return replace(last, preferred=tuple(preferred), board=name, runtime_note=note)


def _plan_for(wish: Wish, target: Target) -> Plan:
    if wish.detector is None:
        return _plan_alone(wish, target)
    demand_board(target)  # before it asks for pictures
    plan = _plan_alone(wish, target)
    detector = _plan_detector(wish, wish.detector, target)
    rule = wish.regions or region_rule(detector.recipe, plan.recipe)
    demand_chain(detector.recipe, plan.recipe)
    detector = replace(detector, part="detector")
    return replace(plan, detector=detector, regions=rule, part="network")


def _plan_detector(wish: Wish, detector: Wish, target: Target) -> Plan:
    """Return the plan of the wish's detector; an error of its recipe says whose detector it is."""
    try:
        return _plan_alone(detector, target, _CALIB_OF_DETECTOR)
    except RecipeError as error:
        raise type(error)(
            f"{error}; it is the detector of {wish.model}, which `--detector none` builds alone"
        ) from error


def _plan_alone(wish: Wish, target: Target, calib: str = _CALIB) -> Plan:
    """Return the plan of one network. calib: how its calibration pictures are given."""
    recipe = find_recipe(wish.model, wish.contract, wish.name, has_own_network=wish.hub is not None)
    demand_source(recipe, target)
    demand_steps(recipe, target)
    usual = usual_quant(wish, recipe, target)
    asked, wish = wish.quant, replace(wish, quant=choose_quant(wish, recipe.hubs, usual))
    scheme = choose_scheme(wish, target)
    if wish.commercial:
        _check_commercial(recipe)
    if wish.epochs is not None and (wish.quant != QAT or wish.calibration is None):
        raise UsageError(f"--epochs needs --quant {QAT} and --images DIR; nothing else trains")
    if wish.quantizer:
        check_own_quantizer(wish)
    if wish.limits.choose_widths:
        check_limits(wish)
    hub = float_hub(recipe, wish.hub)
    if not wish.name and _is_own(recipe, hub):
        recipe = replace(recipe, hubs={**recipe.hubs, "none": hub})
    replaces = _replaced(wish, recipe, hub)
    if replaces:
        recipe = recipe.of_another_network(wish.name or f"{recipe.name}{_OWN}")
    quant_hub = None
    if not (wish.calibration or wish.hub):
        quant_hub = recipe.hubs.get(f"{wish.quant}.{scheme}")
    if scheme not in (*FLOAT_SCHEMES, OWN_INTEGERS) and quant_hub is None:
        try:
            check_quantizer(wish, recipe, target, scheme, calib)
        except ZooError:
            graph = read_network(hub, recipe)  # report first what no pictures would help
            demand_capable(graph, target, recipe.widths(registry.load("scheme", scheme)))
            raise
    return Plan(
        recipe=recipe,
        target=target,
        quant=wish.quant,
        scheme=scheme,
        float_hub=hub,
        quant_hub=quant_hub,
        calibration=wish.calibration,
        calibration_count=wish.calibration_count or _COUNTS.get(wish.quant, _COUNT),
        calibrator=wish.calibrator,
        quantization_bound=wish.quantization_bound,
        epochs=wish.epochs,
        seed=wish.seed,
        quantizer=wish.quantizer,
        asked=asked,
        replaces=replaces,
        limits=wish.limits,
    )


def _is_own(recipe: Recipe, hub: Path) -> bool:
    """Whether a file is the network that the recipe says how to obtain."""
    digest = recipe.float_sha256
    return bool(digest) and sha256(hub.read_bytes()).hexdigest() == digest


def _replaced(wish: Wish, recipe: Recipe, hub: Path) -> str:
    """Return the registered model whose float network is replaced, '' for none. hub: what by."""
    if recipe.family == USER or hub in recipe.hubs.values():
        return ""
    return find_recipe(wish.model, None).name


def _check_commercial(recipe: Recipe) -> None:
    for licence in recipe.licences:
        if not licence.commercial:
            raise LicenceError(
                f"{recipe.name}: --commercial was given, but its {licence.covers} are under "
                f"{licence.identifier} ({licence.notice}); train on data that allows it"
            )


def float_hub(recipe: Recipe, given: Path | None = None) -> Path:
    """Return the file that a build begins with: the given one, or the recipe's.

    Raises UsageError for a given one that is missing or quantized, RecipeError for none.
    """
    if given is not None:
        if not given.is_file():
            raise MissingFileError(f"{given}: no such file; --hub needs a float {suffixes()} file")
        if find_importer(given).is_quantized(given):
            raise UsageError(
                f"{given}: is already quantized, --hub needs a float file; build it "
                f"directly: zoo build {given} --contract CONTRACT"
            )
        return given
    if OWN_INTEGERS in recipe.hubs:
        return recipe.hubs[OWN_INTEGERS]
    return recipe.demand_float_hub()
