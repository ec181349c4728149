"""How detectors code boxes: from a location's numbers to edges in 1/256 pixel of the input."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from zoo.detections import distances_q8
from zoo.steps.exponential import exp, sigmoid

__all__ = ["CODINGS", "DECODED", "Places", "to_boxes_q8", "to_points_q8"]

Numbers = NDArray[np.float64]

_LARGEST_Q8 = 1 << 24
_LARGEST_EXPONENT = 16.0


@dataclass(frozen=True)
class Places:
    """N locations. Lengths are in pixels of the network's input.

    centres: [N, 2] x, y of their anchors.  sizes: [N, 2] width, height of these.
    stride: of the cells.  unit: [2] what a decoded number counts, in pixels.
    variances: factors of places and sizes.
    """

    centres: Numbers
    sizes: Numbers
    stride: float
    unit: Numbers
    variances: tuple[float, float]


def to_boxes_q8(coding: str, numbers: Numbers, places: Places) -> NDArray[np.int64]:
    """Return [N, 4] x0 y0 x1 y1.

    numbers: [N, 4], or [N, 4 bins] of coding 'distance_bins'; x before y. An edge in pixels becomes
    clamp(floor(256 edge + 0.5), -2**24, 2**24), 0 of nan; x1 is at least x0, y1 at least y0.
    Distances become integers as in zoo.detections.
    """
    with np.errstate(invalid="ignore"):
        if coding in _DISTANCES:
            sides = distances_q8(_DISTANCES[coding](numbers), places.stride)
            centres = _q8(places.centres)
            low, high = centres - sides[:, :2], centres + sides[:, 2:]
        else:
            edges = {**DECODED, **_ANCHORED}[coding](numbers, places)
            low, high = _q8(edges[:, :2]), _q8(edges[:, 2:])
    return np.concatenate([low, np.maximum(low, high)], axis=1)


def to_points_q8(coding: str, numbers: Numbers, places: Places) -> NDArray[np.int64]:
    """Return [N, K, 2] x y of key points, rounded as edges.

        corners, center_size   v unit
        ssd                    centre + (v place) size       place: the variance of places
        blazeface              centre + v size
        yolov3, yolov5         (centre - stride / 2) + v size
        distances              centre + v stride
        distance_bins          centre + (2 v - 0.5) stride

    numbers: v, [N, K, 2]; x before y.
    """
    unit, stride = places.unit, places.stride
    centres, sizes = places.centres[:, None], places.sizes[:, None]
    with np.errstate(invalid="ignore", over="ignore"):
        if coding in DECODED:
            return _q8(numbers * unit)
        if coding == "ssd":
            return _q8(centres + (numbers * places.variances[0]) * sizes)
        if coding == "blazeface":
            return _q8(centres + numbers * sizes)
        if coding == "distances":
            return _q8(centres + numbers * stride)
        if coding == "distance_bins":
            return _q8(centres + (2 * numbers - 0.5) * stride)
        return _q8((centres - stride / 2) + numbers * sizes)


def _q8(pixels: Numbers) -> NDArray[np.int64]:
    numbers = np.where(np.isnan(pixels), 0.0, pixels)
    return np.clip(np.floor(numbers * 256 + 0.5), -_LARGEST_Q8, _LARGEST_Q8).astype(np.int64)


def _around(centres: Numbers, sizes: Numbers) -> Numbers:
    return np.concatenate([centres - sizes / 2, centres + sizes / 2], axis=1)


def _corners(numbers: Numbers, places: Places) -> Numbers:
    return numbers * np.tile(places.unit, 2)


def _center_size(numbers: Numbers, places: Places) -> Numbers:
    return _around(numbers[:, :2] * places.unit, numbers[:, 2:] * places.unit)


def _ssd(numbers: Numbers, places: Places) -> Numbers:
    place, size = places.variances
    centres = places.centres + (numbers[:, :2] * place) * places.sizes
    return _around(centres, _powers(numbers[:, 2:] * size) * places.sizes)


def _blazeface(numbers: Numbers, places: Places) -> Numbers:
    centres = places.centres + numbers[:, :2] * places.sizes
    return _around(centres, numbers[:, 2:] * places.sizes)


def _yolov3(numbers: Numbers, places: Places) -> Numbers:
    centres = places.centres + (sigmoid(numbers[:, :2]) - 0.5) * places.stride
    return _around(centres, _powers(numbers[:, 2:]) * places.sizes)


def _yolov5(numbers: Numbers, places: Places) -> Numbers:
    centres = places.centres + (2 * sigmoid(numbers[:, :2]) - 1) * places.stride
    doubled = 2 * sigmoid(numbers[:, 2:])
    return _around(centres, (doubled * doubled) * places.sizes)


def _powers(x: Numbers) -> Numbers:
    return exp(np.where(x > _LARGEST_EXPONENT, _LARGEST_EXPONENT, x))


def _binned(numbers: Numbers) -> Numbers:
    """Return [N, 4] expected bins: 0, 1, 2, ... weighted by the softmax of each side's numbers."""
    bins = numbers.reshape(len(numbers), 4, -1)
    powers = exp(bins - bins.max(axis=2, initial=-np.inf, keepdims=True))
    total, moment = np.zeros(bins.shape[:2]), np.zeros(bins.shape[:2])
    for k in range(bins.shape[2]):
        total = total + powers[:, :, k]
        moment = moment + k * powers[:, :, k]
    return moment / total


DECODED: Mapping[str, Callable[[Numbers, Places], Numbers]] = MappingProxyType(
    {"corners": _corners, "center_size": _center_size}
)
"""Codings whose numbers are the box; the others need a grid of cells."""

_ANCHORED: Mapping[str, Callable[[Numbers, Places], Numbers]] = MappingProxyType(
    {"ssd": _ssd, "blazeface": _blazeface, "yolov3": _yolov3, "yolov5": _yolov5}
)

_DISTANCES: Mapping[str, Callable[[Numbers], Numbers]] = MappingProxyType(
    {"distances": lambda numbers: numbers, "distance_bins": _binned}
)

CODINGS = (*DECODED, *_ANCHORED, *_DISTANCES)
