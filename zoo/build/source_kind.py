"""Whether a board's program takes what a contract states: pictures or signals, and its steps."""

from collections.abc import Iterator

from zoo import registry
from zoo.errors import RefusedError
from zoo.recipe import Recipe
from zoo.step_form import step_form
from zoo.target import Target

__all__ = ["demand_source", "demand_steps"]


def demand_source(recipe: Recipe, target: Target) -> None:
    """Raise RefusedError if the contract takes signals and the board's program does not."""
    if recipe.contract.signal and not registry.load("app", target.app).takes_signals:
        raise RefusedError(
            f"{recipe.name}: its contract takes signals, but the app of {target.name} takes "
            f"only pictures; boards whose apps take both: {', '.join(_listening())}"
        )


def demand_steps(recipe: Recipe, target: Target) -> None:
    """Raise RefusedError for a step without a form in the language of the board's program."""
    form = registry.load("app", target.app).step_form
    if form:  # otherwise no step's module need be loaded, nor numpy
        for step in (*recipe.contract.pre, *recipe.contract.post):
            step_form(step.name, form)


def _listening() -> Iterator[str]:
    """Yield the boards whose programs take signals."""
    targets = (registry.load("target", name) for name in registry.names("target"))
    for target in targets:
        if registry.load("app", target.app).takes_signals:
            yield target.name
