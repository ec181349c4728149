"""The plugins of a contract's steps, each of the kind that its list in the contract takes."""

from types import MappingProxyType
from typing import Any

from zoo import registry
from zoo.contract import Step
from zoo.errors import RecipeError
from zoo.step import PostStep, PreStep, TrackStep

__all__ = ["post_step", "pre_step", "track_step"]

_KINDS = MappingProxyType({"pre": PreStep, "post": PostStep, "track": TrackStep})


def pre_step(step: Step) -> PreStep:
    """Return the plugin of a step in 'pre'; raises RecipeError for one of another list."""
    plugin: PreStep = _plugin(step, "pre")
    return plugin


def post_step(step: Step) -> PostStep:
    """Return the plugin of a step in 'post'; raises RecipeError for one of another list."""
    plugin: PostStep = _plugin(step, "post")
    return plugin


def track_step(step: Step) -> TrackStep:
    """Return the plugin of a step in 'track'; raises RecipeError for one of another list."""
    plugin: TrackStep = _plugin(step, "track")
    return plugin


def _plugin(step: Step, place: str) -> Any:  # noqa: ANN401 (of the kind for the place)
    plugin = registry.load("step", step.name)
    if not isinstance(plugin, _KINDS[place]):
        own = [name for name, kind in _KINDS.items() if isinstance(plugin, kind)]
        raise RecipeError(
            f"contract step '{step.name}': is in '{place}', but is a step of "
            f"{' and '.join(map(repr, own)) or 'none of the lists'}; move it there"
        )
    return plugin
