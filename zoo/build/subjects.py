"""Subjects: networks to evaluate, in the forms that `zoo build` makes of a model."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoo import registry
from zoo.build.cache import Cache
from zoo.build.models import find_recipe
from zoo.build.pipeline import artifact_stages, build
from zoo.build.plan import Plan, Wish, make_plan
from zoo.build.stages.lower import read_artifact
from zoo.contract import Contract
from zoo.data.evaluation import Evaluation, Measurement
from zoo.data.source_feeds import source_constants, source_feeds
from zoo.errors import ToolchainError, UsageError, suggest
from zoo.plugs import Feeds, Run
from zoo.recipe import Recipe
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
    "load_forms",
    "load_peers",
    "load_published",
    "load_weights",
    "measure_suite",
]

FORMS = ("hub", "reference", "artifact")

Suite = Callable[[Recipe, Run, Path], Iterator[Measurement]]


@dataclass(frozen=True)
class Form:
    """One form of a model. name: 'model quant form'; file: what `executor` loads."""

    name: str
    plan: Plan
    executor: str
    file: Path


@dataclass(frozen=True)
class Subject:
    """A runnable network, and the recipe with its contract and evaluation."""

    name: str
    recipe: Recipe
    run: Run


def forms(wish: Wish, quants: Sequence[str], wanted: Sequence[str], cache: Cache) -> Iterator[Form]:
    """Build a model in several quantizations and yield its forms.

    hub: ONNX as published, in ONNX Runtime without optimisation.  reference: the Graph's own
    semantics.  artifact: what the target runs.
    """
    for form in wanted:
        if form not in FORMS:
            raise UsageError(f"unknown form '{form}'{suggest(form, FORMS)}")
    for quant in quants:
        plan = make_plan(replace(wish, quant=quant))
        done = build(plan, cache, stages=artifact_stages())
        folder, main, _ = read_artifact(done["lower"])
        hub = done["quantize"] / "hub.onnx"
        files = {
            "hub": ("onnxruntime-unoptimized", hub),
            "reference": ("reference", hub),
            "artifact": (plan.target.executor, folder / main),
        }
        for form in wanted:
            executor, file = files[form]
            yield Form(f"{plan.recipe.name} {quant} {form}", plan, executor, file)


def load_forms(built: Iterable[Form]) -> Iterator[Subject]:
    """Yield each form, ready to run."""
    for form in built:
        run = registry.load("executor", form.executor).load(form.file.parent, form.file.name, 1)
        yield Subject(form.name, form.plan.recipe, run)


def load_published(recipe: Recipe) -> Iterator[Subject]:
    """Yield every published hub, for any board's scheme, unchanged by its runtime."""
    for key, hub in recipe.hubs.items():
        run = _run_of_file(hub, find_importer(hub).inspector, recipe.contract)
        yield Subject(f"{recipe.name} {key}", recipe, run)


def load_weights(recipe: Recipe, weights: Sequence[Path]) -> Iterator[Subject]:
    """Yield trained weights, run in their training framework."""
    for file in weights:
        if not recipe.restore:
            raise UsageError(f"{recipe.name}: this model has no training; see CONTRIBUTING")
        if find_spec("torch") is None:
            raise ToolchainError(f"trained weights need PyTorch: {install_extra('train')}")
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
        if not subject.recipe.evaluate:
            raise UsageError(
                f"{subject.recipe.name}: this model has no evaluation; see CONTRIBUTING"
            )
        measure = registry.resolve(subject.recipe.evaluate)
        yield subject.name, measure(subject.recipe, subject.run, data)


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
        for line in suite(subject.recipe, subject.run, data):
            yield subject.name, line
