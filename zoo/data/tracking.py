"""Runs a contract's steps over the time of a tracked object: the reference for the C++ form."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from zoo.contract import Contract
from zoo.data.step_plugins import track_step
from zoo.data.values import check_values
from zoo.errors import RecipeError
from zoo.step import Event, Moment, Observer, ValueSpec

__all__ = ["end_track", "observe", "rehearse_track", "start_track"]


def start_track(contract: Contract) -> tuple[Observer, ...]:
    """Return the observers of a new tracked object."""
    return tuple(
        plugin.start(plugin.complete(step.parameters))
        for step in contract.track
        for plugin in [track_step(step)]
    )


def observe(observers: tuple[Observer, ...], moment: Moment) -> Moment:
    """Return a moment with what the observers add, each seeing what those before it add."""
    for observer in observers:
        moment = observer.observe(moment)
    return moment


def end_track(observers: tuple[Observer, ...]) -> tuple[Event, ...]:
    """Return the events that end with the object, which was lost or whose source ended."""
    return tuple(event for observer in observers for event in observer.end())


def rehearse_track(
    contract: Contract, known: Mapping[str, ValueSpec], values: Mapping[str, NDArray[Any]]
) -> tuple[str, ...]:
    """Run the steps over time on one moment; return the names of the values that they add.

    known: specs of `values`, which are those of a photo. Raises RecipeError if the steps do not
    match these, or if there are no landmarks to track.
    """
    if contract.track and "landmarks" not in known:
        raise RecipeError(
            f"contract step '{contract.track[0].name}': steps over time need an object that is "
            "tracked by its 'landmarks', which no step adds; leave `track` out, or add them"
        )
    specs = dict(known)
    moment = Moment(0.0, values)
    for step in contract.track:
        plugin = track_step(step)
        parameters = plugin.complete(step.parameters)
        stated = plugin.adds(specs, parameters)
        for name in stated:
            if name in specs:
                raise RecipeError(
                    f"contract step '{step.name}': adds '{name}', which is already a value; "
                    "choose another name"
                )
        moment = plugin.start(parameters).observe(moment)
        check_values(step.name, stated, {n: v for n, v in moment.values.items() if n not in specs})
        specs |= stated
    return tuple(name for name in specs if name not in known)
