"""The difference between a float and an integer network in the contract's own values."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.contract import Contract
from zoo.data.processing import postprocess, value_specs
from zoo.diagnosis.runner import Runner, Values
from zoo.proof.lost_boxes import finds_boxes, lost_boxes
from zoo.step import Frame

__all__ = ["Effect", "effects"]

_POINTS = "landmarks"


@dataclass(frozen=True)
class Effect:
    """A difference over all pictures. unit: with what is measured."""

    value: str
    mean: float
    largest: float
    unit: str


def effects(contract: Contract, runner: Runner, wanted: Values, found: Values) -> Iterator[Effect]:
    """Yield the effect on each output, and on landmarks or boxes where the contract has some.

    wanted, found: the float and the integer network's outputs, by name.
    """
    for name, array in wanted.items():
        difference = np.abs(np.asarray(found[name], np.float64) - array)
        yield _effect(name, difference, "of the output")
    if not runner.frames or not contract.post:
        return
    specs = value_specs(contract)
    if _POINTS not in specs and not finds_boxes(contract):
        return
    both = [
        [_values(contract, side, index, frame) for side in (wanted, found)]
        for index, frame in enumerate(runner.frames)
    ]
    if _POINTS in specs:
        moved = [
            _moved_px(contract, frame, *(side[_POINTS] for side in sides))
            for frame, sides in zip(runner.frames, both, strict=True)
        ]
        yield _effect(_POINTS, np.concatenate(moved), "pixels of the network's input")
    if finds_boxes(contract):
        counts = np.array([lost_boxes(*sides) for sides in both])
        lost, total = counts.sum(axis=0)
        share = np.array([lost / max(total, 1)])
        yield _effect("boxes", share, f"lost, of the better half of the boxes ({total})")


def _values(contract: Contract, outputs: Values, index: int, frame: Frame) -> Values:
    """Return the contract's values of one picture."""
    return postprocess(contract, {name: array[index] for name, array in outputs.items()}, frame)


def _effect(value: str, differences: NDArray[Any], unit: str) -> Effect:
    mean, largest = (float(f"{number:.3g}") for number in (differences.mean(), differences.max()))
    return Effect(value, mean, largest, unit)


def _moved_px(
    contract: Contract,
    frame: Frame,
    wanted: NDArray[Any],
    found: NDArray[Any],
) -> NDArray[Any]:
    """Return the distance of each landmark [K, 2] of the photo, in pixels of the input."""
    assert frame.region is not None
    sides = np.array([frame.region.width_q8, frame.region.height_q8]) / 256
    scale = np.array(contract.input.shape[:0:-1]) / sides
    return np.asarray(np.hypot(*((found - wanted) * scale).T))
