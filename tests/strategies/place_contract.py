"""A landmark contract whose network answers with places, so that tests can answer for it."""

from dataclasses import replace

from zoo import registry
from zoo.contract import Contract, Step

__all__ = ["of_places"]


def of_places(contract: Contract | None = None) -> Contract:
    """Return a contract, PFLD's for None, with landmarks relative to the region, not to a mean."""
    given = contract or registry.load("recipe", "pfld_0.25x.300w68").contract
    post = [
        Step(step.name, {name: value for name, value in step.parameters.items() if name != "mean"})
        if step.name == "landmarks"
        else step
        for step in given.post
    ]
    return replace(given, post=tuple(post))
