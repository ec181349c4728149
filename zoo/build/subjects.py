"""Subjects: networks to evaluate, in the forms that `zoo build` makes of a model."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo import registry
from zoo.build.cache import Cache
from zoo.build.chain import chained, demand_fitting, is_chain_file
from zoo.build.choice import settled
from zoo.build.models import find_recipe
from zoo.build.pipeline import artifact_stages, build
from zoo.build.plan import Plan, make_plan
from zoo.build.quantization import hub_key
from zoo.build.stage import needs_of_detector
from zoo.build.stages.lower import read_artifact
from zoo.build.targets import find_targets
from zoo.build.wish import Wish
from zoo.bundle.bundle import Bundle
from zoo.contract import Contract
from zoo.data.evaluation import Detector, Evaluation, Measurement
from zoo.data.source_feeds import source_constants, source_feeds
from zoo.errors import MissingToolError, UsageError, suggest
from zoo.plugs import Feeds, Run
from zoo.recipe import Recipe
from zoo.scheme import FLOAT_SCHEMES
from zoo.tool import install_extra
from zoo.user_file import find_importer

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "FORMS",
    "Form",
    "Subject",
    "Suite",
    "evaluate",
    "find_suite",
    "forms",
    "load_bundle",
    "load_forms",
    "load_pair",
    "load_peers",
    "load_published",
    "load_weights",
    "measure_suite",
]

FORMS = ("hub", "reference", "artifact")

Suite = Callable[[Recipe, Run, Path], Iterator[Measurement]]


@dataclass(frozen=True)
class Form:
    """One form of a model. name: 'model quant form'; file: what `executor` loads.

    detector: of a chain, in the same form.
    """

    name: str
    plan: Plan
    executor: str
    file: Path
    detector: "Form | None" = None


@dataclass(frozen=True)
class Subject:
    """A runnable network, and the recipe with its contract and evaluation.

    detector: that finds its regions, None for the labels' boxes.
    """

    name: str
    recipe: Recipe
    run: Run
    detector: Detector | None = None


def forms(wish: Wish, quants: Sequence[str], wanted: Sequence[str], cache: Cache) -> Iterator[Form]:
    """Build a model in several quantizations and yield its forms.

    hub: ONNX as published, in ONNX Runtime without optimisation.  reference: the Graph's own
    semantics.  artifact: what the target runs.
    """
    wanted = _known(wanted)
    for quant in quants:
        asked = replace(wish, quant=quant)
        if is_chain_file(wish.model):
            asked = chained(asked, "", find_targets(wish.target, wish.runtime)[-1])
        plan = make_plan(asked)
        demand_fitting(plan)  # here, as both networks may be cached, from builds of each alone
        done = build(plan, cache, stages=artifact_stages())
        plan = settled(plan, done)
        for form in wanted:
            detector = None
            if plan.detector is not None:
                detector = _form(form, plan.detector, needs_of_detector(done))
            found = _form(form, plan, done)
            name = f"{found.name}, {detector.name}" if detector else found.name
            yield replace(found, name=name, detector=detector)


def _known(wanted: Sequence[str]) -> Sequence[str]:
    """Return forms; raises UsageError for an unknown one."""
    for form in wanted:
        if form not in FORMS:
            raise UsageError(f"unknown form '{form}'{suggest(form, FORMS)}")
    return wanted


def _form(form: str, plan: Plan, done: Mapping[str, Path]) -> Form:
    """Return a form of one network. done: the results of its stages."""
    folder, main, _ = read_artifact(done["lower"])
    executor, file = _file_of(
        form, plan.target.executor, done["quantize"] / "hub.onnx", folder / main
    )
    return Form(f"{plan.recipe.name} {plan.quant} {form}", plan, executor, file)


def _file_of(form: str, executor: str, hub: Path, artifact: Path) -> tuple[str, Path]:
    """Return what runs a form, and its file. executor: of the artifact."""
    return {
        "hub": ("onnxruntime-unoptimized", hub),
        "reference": ("reference", hub),
        "artifact": (executor, artifact),
    }[form]


def _load(executor: str, file: Path) -> Run:
    run: Run = registry.load("executor", executor).load(file.parent, file.name, 1)
    return run


def load_forms(built: Iterable[Form]) -> Iterator[Subject]:
    """Yield each form, ready to run."""
    for form in built:
        yield Subject(
            form.name, form.plan.recipe, _load(form.executor, form.file), _detector_of(form)
        )


def _detector_of(form: Form) -> Detector | None:
    found = form.detector
    if found is None:
        return None
    run = _load(found.executor, found.file)
    return Detector(found.plan.recipe.contract, run, form.plan.regions)


def load_bundle(bundle: Bundle, wanted: Sequence[str]) -> Iterator[Subject]:
    """Yield the network of an unpacked bundle in several forms, in a chain with its detector.

    Raises UsageError for a model that is not registered: its evaluation is unknown.
    """
    name = bundle.manifest.models[0].name
    if not registry.knows("recipe", name):
        raise UsageError(
            f"{bundle.folder.name}: its model '{name}' is not in `zoo list`, so its evaluation is "
            "unknown; see CONTRIBUTING"
        )
    recipe = replace(find_recipe(name, None), contract=bundle.contract)
    chain = bundle.manifest.chain
    for form in _known(wanted):
        detector = None
        if chain is not None:
            contract = Contract.from_json(bundle.manifest.models[1].contract)
            detector = Detector(contract, _bundled_run(bundle, 1, form), chain.regions)
        run = _bundled_run(bundle, 0, form)
        yield Subject(f"{bundle.folder.name} {form}", recipe, run, detector)


def _bundled_run(bundle: Bundle, index: int, form: str) -> Run:
    artifact = bundle.manifest.artifacts[index]
    hub, main = bundle.folder / artifact.hub, bundle.folder / artifact.main
    return _load(*_file_of(form, bundle.manifest.executor, hub, main))


def load_pair(bundle: Bundle, recipe: Recipe) -> Iterator[Subject]:
    """Yield a bundle's float network and, if it deploys integers, those, both alone.

    recipe: with the bundle's contract. Their names are 'none' and the key of a recipe's hubs. What
    float16 changes is in the artifact, not in the hub.
    """
    artifact, model = bundle.manifest.artifacts[0], bundle.manifest.models[0]
    executor, _ = _file_of("hub", "", bundle.folder, bundle.folder)
    files = {"none": bundle.folder / artifact.float_hub}
    if model.scheme not in FLOAT_SCHEMES:
        files[hub_key(model.quantization, model.scheme)] = bundle.folder / artifact.hub
    for key, file in files.items():
        yield Subject(key, recipe, _load(executor, file))


def load_published(recipe: Recipe, keys: Collection[str] = ()) -> Iterator[Subject]:
    """Yield every published hub, for any board's scheme, unchanged by its runtime.

    keys: of the hubs to yield, all if empty.
    """
    for key, hub in recipe.hubs.items():
        if keys and key not in keys:
            continue
        run = _run_of_file(hub, find_importer(hub).inspector, recipe.contract)
        yield Subject(f"{recipe.name} {key}", recipe, run)


def load_weights(recipe: Recipe, weights: Sequence[Path]) -> Iterator[Subject]:
    """Yield trained weights, run in their training framework."""
    for file in weights:
        if not recipe.restore:
            raise UsageError(f"{recipe.name}: this model has no training; see CONTRIBUTING")
        if find_spec("torch") is None:
            raise MissingToolError(f"trained weights need PyTorch: {install_extra('train')}")
        yield Subject(file.name, recipe, registry.resolve(recipe.restore)(recipe, file))


def load_peers(recipe: Recipe, peers: Sequence[tuple[Path, Path]]) -> Iterator[Subject]:
    """Yield third-party networks, each a file with its contract.

    They use the evaluation and the suites of `recipe`.
    """
    for file, contract in peers:
        peer = find_recipe(str(file), contract)
        run = _run_of_file(file, find_importer(file).runtime, peer.contract)
        yield Subject(peer.name, replace(peer, evaluate=recipe.evaluate, suites=recipe.suites), run)


def _run_of_file(file: Path, executor: str, contract: Contract) -> Run:
    """Return a network's own file as a function of the contract's input."""
    own = registry.load("executor", executor).load(file.parent, file.name, 1)
    return partial(_run_file, own, contract)


def _run_file(own: Run, contract: Contract, feeds: Feeds) -> "dict[str, NDArray[Any]]":
    return own({**source_feeds(contract, feeds), **source_constants(contract)})


def evaluate(subjects: Iterable[Subject], data: Path) -> Iterator[tuple[str, Evaluation]]:
    """Yield (name, result) of each subject on labelled data, using its recipe's `evaluate`."""
    for subject in subjects:
        recipe, detector = subject.recipe, subject.detector
        dotted = recipe.evaluate_chain if detector else recipe.evaluate
        if not dotted:
            where = "no evaluation in a detector's regions" if detector else "no evaluation"
            raise UsageError(f"{recipe.name}: this model has {where}; see CONTRIBUTING")
        measure = registry.resolve(dotted)
        given = (detector, data) if detector else (data,)
        yield subject.name, measure(recipe.as_registered, subject.run, *given)


def find_suite(recipe: Recipe, name: str) -> Suite:
    """Return a recipe's suite by name; raises UsageError with the known names."""
    if name not in recipe.suites:
        raise UsageError(f"{recipe.name}: unknown suite '{name}'{suggest(name, recipe.suites)}")
    suite: Suite = registry.resolve(recipe.suites[name])
    return suite


def measure_suite(
    suite: Suite, subjects: Iterable[Subject], data: Path
) -> Iterator[tuple[str, Measurement]]:
    """Yield (name, line) of each subject, line by line as they are measured."""
    for subject in subjects:
        for line in suite(subject.recipe.as_registered, subject.run, data):
            yield subject.name, line
