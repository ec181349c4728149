"""A network's inputs as the model's own file takes them."""

from typing import TYPE_CHECKING, Any

import numpy as np

from zoo.contract import Contract
from zoo.layout import in_layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zoo.plugs import Feeds

__all__ = ["source_constants", "source_feeds"]


def source_feeds(contract: Contract, feeds: "Feeds") -> "Feeds":
    """Return the feeds in the layout and type of the file's inputs.

    feeds: inputs by name, [N, C, H, W] float32, whole numbers 0..255 where the file takes uint8.
    """
    name = contract.input.name
    return {**feeds, name: _own_form(contract, feeds[name])}


def _own_form(contract: Contract, values: "NDArray[Any]") -> "NDArray[Any]":
    return np.ascontiguousarray(in_layout(values, contract.layout), contract.dtype)


def source_constants(contract: Contract) -> "Feeds":
    """Return the file's constant inputs by name, in its shapes."""
    return {given.name: np.asarray(given.value) for given in contract.constants}
