"""Whether a board's program takes what a contract takes: pictures or signals."""

from collections.abc import Iterator

from zoo import registry
from zoo.errors import RefusedError
from zoo.recipe import Recipe
from zoo.target import Target

__all__ = ["demand_source"]


def demand_source(recipe: Recipe, target: Target) -> None:
    """Raise RefusedError if the contract takes signals and the board's program does not."""
    if recipe.contract.signal and not registry.load("app", target.app).takes_signals:
        raise RefusedError(
            f"{recipe.name}: its contract takes signals, but the app of {target.name} takes "
            f"only pictures; boards whose apps take both: {', '.join(_listening())}"
        )


def _listening() -> Iterator[str]:
    """Yield the boards whose programs take signals."""
    targets = (registry.load("target", name) for name in registry.names("target"))
    for target in targets:
        if registry.load("app", target.app).takes_signals:
            yield target.name
