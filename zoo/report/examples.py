"""Golden pictures through a float network and its quantized one, to show where they differ.

Golden pictures may be given away; no picture of a data set gets into a report.
"""

import io
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoo.contract import Contract
from zoo.data.processing import postprocess, preprocess
from zoo.picture import read_picture
from zoo.plugs import Run
from zoo.recipe import GoldenInput, Recipe
from zoo.report.content import Example
from zoo.step import Box, Frame

__all__ = ["examples"]

_MARGIN = 0.25
"""Around results, of their larger side."""
_SIDE_MAX = 320
"""Pixels of a shown picture; larger ones are reduced."""

Values = Mapping[str, NDArray[Any]]


def examples(recipe: Recipe, wanted: Run, found: Run) -> tuple[Example, ...]:
    """Return each golden picture, the one with the largest distance first.

    wanted, found: the float and the quantized network. () for networks of signals.
    """
    contract = recipe.contract
    if contract.signal is not None:
        return ()
    shown = [_example(contract, golden, wanted, found) for golden in recipe.golden]
    return tuple(sorted(shown, key=lambda each: -(each.distance_percent or 0)))


def _example(contract: Contract, golden: GoldenInput, wanted: Run, found: Run) -> Example:
    photo = read_picture(golden.image)
    frame = preprocess(contract, photo, golden.box)
    before, after = (_values(contract, run, frame) for run in (wanted, found))
    places = [_rows(values, "landmarks", 2) for values in (before, after)]
    boxes = [_rows(values, "boxes", 4) for values in (before, after)]
    x, y, width, height = _part(golden, photo, *places, *boxes)
    png, scale = _png(photo[y : y + height, x : x + width])
    corner = np.array([x, y])
    size = (round(width * scale), round(height * scale))
    return Example(
        name=golden.name,
        png=png,
        size=size,
        wanted=_moved(places[0], corner, scale),
        found=_moved(places[1], corner, scale),
        wanted_boxes=_moved_boxes(boxes[0], corner, scale),
        found_boxes=_moved_boxes(boxes[1], corner, scale),
        differences=dict(_differences(before, after)),
        distance_percent=_distance_percent(*places) if len(places[0]) else _apart_percent(*boxes),
    )


def _values(contract: Contract, run: Run, frame: Frame) -> Values:
    assert frame.input_chw is not None  # `preprocess` checked it
    outputs = run({contract.input.name: frame.input_chw[np.newaxis]})
    return postprocess(contract, {name: array[0] for name, array in outputs.items()}, frame)


def _rows(values: Values, name: str, columns: int) -> NDArray[np.float64]:
    """Return the finite rows of a value, [N, columns]; none if it is not there."""
    rows = np.asarray(values.get(name, np.zeros((0, columns))), np.float64).reshape(-1, columns)
    return rows[np.isfinite(rows).all(axis=1)]


def _part(
    golden: GoldenInput, photo: NDArray[np.uint8], *rows: NDArray[np.float64]
) -> tuple[int, int, int, int]:
    """Return x, y, width, height of the part of the photo that holds the box and all results."""
    corners = [np.array(golden.box)[None]] + [r for r in rows if r.shape[1] == 4]
    points = [r for r in rows if r.shape[1] == 2]
    points += [box[:, :2] for box in corners] + [box[:, :2] + box[:, 2:] for box in corners]
    every = np.concatenate(points)
    low, high = every.min(axis=0), every.max(axis=0)
    margin = _MARGIN * float((high - low).max())
    height, width = photo.shape[:2]
    x0, y0 = np.clip(np.floor(low - margin), 0, [width - 1, height - 1]).astype(int).tolist()
    x1, y1 = np.clip(np.ceil(high + margin), 1, [width, height]).astype(int).tolist()
    return x0, y0, max(x1 - x0, 1), max(y1 - y0, 1)


def _png(pixels: NDArray[np.uint8]) -> tuple[bytes, float]:
    """Return a picture as PNG, and how much smaller it was made."""
    from PIL import Image

    scale = min(_SIDE_MAX / max(pixels.shape[:2]), 1.0)
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if scale < 1:
        image = image.resize((round(image.width * scale), round(image.height * scale)))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue(), scale


def _moved(
    places: NDArray[np.float64], corner: NDArray[Any], scale: float
) -> tuple[tuple[float, float], ...]:
    """Return places in the shown part, pixel centres at integers."""
    moved = (places + 0.5 - corner) * scale - 0.5
    return tuple((x, y) for x, y in np.round(moved, 2).tolist())


def _moved_boxes(boxes: NDArray[np.float64], corner: NDArray[Any], scale: float) -> tuple[Box, ...]:
    moved = np.concatenate([boxes[:, :2] - corner, boxes[:, 2:]], axis=1) * scale
    return tuple((x, y, width, height) for x, y, width, height in np.round(moved, 2).tolist())


def _differences(before: Values, after: Values) -> Iterator[tuple[str, str]]:
    """Yield what differs in each value, in words."""
    for name, wanted in before.items():
        found = after[name]
        if np.shape(wanted) != np.shape(found):
            yield name, f"{len(found)} for {len(wanted)}"
        elif np.asarray(wanted).dtype.kind in "fiu":
            largest = np.abs(np.asarray(found, np.float64) - wanted).max(initial=0)
            yield name, f"{largest:.3g}"
        else:
            yield name, "the same" if np.array_equal(wanted, found) else "another one"


def _distance_percent(wanted: NDArray[np.float64], found: NDArray[np.float64]) -> float | None:
    """Return the mean distance between places, of the square root of their box's area."""
    if not len(wanted) or wanted.shape != found.shape:
        return None
    side = float(np.sqrt((wanted.max(axis=0) - wanted.min(axis=0)).prod()))
    distance = float(np.linalg.norm(found - wanted, axis=1).mean())
    return 100 * distance / side if side > 0 else None


def _apart_percent(wanted: NDArray[np.float64], found: NDArray[np.float64]) -> float | None:
    """Return the mean distance of boxes to the nearest found ones, of their sides.

    wanted, found: [N, 4]. The distance is the mean of their two corners'.
    """
    if not len(wanted) or not len(found):
        return None
    before, after = (np.stack([b[:, :2], b[:, :2] + b[:, 2:]], axis=1) for b in (wanted, found))
    distances = np.linalg.norm(before[:, None] - after[None], axis=3).mean(axis=2)
    sides = np.sqrt(wanted[:, 2:].prod(axis=1))
    return float(100 * (distances.min(axis=1) / np.maximum(sides, 1)).mean())
