"""Subjects: the forms of a model that can be evaluated and timed, built as `zoo build` does."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from zoo import registry
from zoo.cache import Cache
from zoo.errors import ToolchainError, UsageError, suggest
from zoo.evaluation import Evaluation
from zoo.pipeline import artifact_stages, build
from zoo.plan import Plan, Wish, find_recipe, make_plan
from zoo.recipe import Recipe
from zoo.stages.lower import read_artifact

__all__ = ["FORMS", "Form", "evaluate_forms", "evaluate_peers", "evaluate_weights", "forms"]

FORMS = ("hub", "reference", "artifact")


@dataclass(frozen=True)
class Form:
    """One form of a model. name: 'model quant form'; file: what `executor` loads."""

    name: str
    plan: Plan
    executor: str
    file: Path


def forms(wish: Wish, quants: Sequence[str], wanted: Sequence[str], cache: Cache) -> Iterator[Form]:
    """Build a model in several quantizations and yield its forms.

    hub: ONNX as published, in ONNX Runtime without optimisation.  reference: the Graph's own
    meaning.  artifact: what the target runs.
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


def evaluate_forms(built: Iterable[Form], data: Path) -> Iterator[tuple[str, Evaluation]]:
    """Yield (name, result) of each form on labelled data, by the recipe's own `evaluate`."""
    for form in built:
        run = registry.load("executor", form.executor).load(form.file.parent, form.file.name, 1)
        evaluate = registry.resolve(_evaluator(form.plan.recipe))
        yield form.name, evaluate(form.plan.recipe, run, data)


def evaluate_weights(
    recipe: Recipe, weights: Sequence[Path], data: Path
) -> Iterator[tuple[str, Evaluation]]:
    """Yield (name, result) of trained weights, run by the framework that trained them."""
    for file in weights:
        if not recipe.restore:
            raise UsageError(f"{recipe.name}: this model brings no training; see CONTRIBUTING")
        if find_spec("torch") is None:
            raise ToolchainError("trained weights need PyTorch: pip install 'edgezoo[train]'")
        run = registry.resolve(recipe.restore)(recipe, file)
        yield file.name, registry.resolve(_evaluator(recipe))(recipe, run, data)


def evaluate_peers(
    recipe: Recipe, peers: Sequence[tuple[Path, Path]], data: Path
) -> Iterator[tuple[str, Evaluation]]:
    """Yield (name, result) of other people's networks, each an ONNX file under its contract.

    They are measured by the evaluation of `recipe`.
    """
    for onnx, contract in peers:
        peer = replace(find_recipe(str(onnx), contract), evaluate=_evaluator(recipe))
        run = registry.load("executor", "onnxruntime").load(onnx.parent, onnx.name, 1)
        yield peer.name, registry.resolve(peer.evaluate)(peer, run, data)


def _evaluator(recipe: Recipe) -> str:
    if not recipe.evaluate:
        raise UsageError(f"{recipe.name}: this model brings no evaluation; see CONTRIBUTING")
    return recipe.evaluate
