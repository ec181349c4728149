"""Runs a contract's steps over the time of a tracked object: the reference for the C++ form."""

from collections.abc import Collection, Mapping
from typing import Any

from numpy.typing import NDArray

from zoo.contract import Contract
from zoo.data.step_plugins import track_step
from zoo.data.values import check_values
from zoo.errors import ContractError, suggest
from zoo.step import Event, Moment, Observer, ValueSpec

__all__ = [
    "end_track",
    "observe",
    "rehearse_track",
    "start_track",
    "track_events",
    "track_specs",
]


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


def track_specs(contract: Contract, known: Mapping[str, ValueSpec]) -> Mapping[str, ValueSpec]:
    """Return shape and type of all values that the steps over time add to known ones.

    Raises RecipeError if the steps do not match these or each other, or if there are no landmarks
    to track.
    """
    if contract.track and "landmarks" not in known:
        raise ContractError(
            f"contract step '{contract.track[0].name}': steps over time need an object that is "
            "tracked by its 'landmarks', which no step adds; leave `track` out, or add them"
        )
    specs = dict(known)
    events: list[str] = []
    for step in contract.track:
        plugin = track_step(step)
        parameters = plugin.complete(step.parameters)
        _check_events(step.name, plugin.makes(parameters), plugin.counts(parameters), events)
        events.extend(plugin.makes(parameters))
        for name, spec in plugin.adds(specs, parameters).items():
            if name in specs:
                raise ContractError(
                    f"contract step '{step.name}': adds '{name}', which is already a value; "
                    "choose another name"
                )
            specs[name] = spec
    return {name: spec for name, spec in specs.items() if name not in known}


def track_events(contract: Contract) -> tuple[str, ...]:
    """Return the names of the events that the steps over time make."""
    plugins = ((track_step(step), step.parameters) for step in contract.track)
    return tuple(name for plugin, given in plugins for name in plugin.makes(plugin.complete(given)))


def rehearse_track(
    contract: Contract, known: Mapping[str, ValueSpec], values: Mapping[str, NDArray[Any]]
) -> tuple[str, ...]:
    """Run the steps over time on one moment; return the names of the values that they add.

    known: specs of `values`, which are those of a photo. Raises as `track_specs`.
    """
    specs = {**known, **track_specs(contract, known)}
    moment = Moment(0.0, values)
    for step in contract.track:
        plugin = track_step(step)
        parameters = plugin.complete(step.parameters)
        before = moment.values
        moment = plugin.start(parameters).observe(moment)
        added = {name: value for name, value in moment.values.items() if name not in before}
        check_values(step.name, plugin.adds(specs, parameters), added)
    return tuple(name for name in specs if name not in known)


def _check_events(
    step: str, makes: tuple[str, ...], counts: tuple[str, ...], earlier: Collection[str]
) -> None:
    for name in makes:
        if name in earlier:
            raise ContractError(
                f"contract step '{step}': makes the event '{name}', as a step before it; choose "
                "another name"
            )
    for name in counts:
        if name not in earlier:
            raise ContractError(
                f"contract step '{step}': no step before it makes the event '{name}'"
                f"{suggest(name, earlier)}"
            )
