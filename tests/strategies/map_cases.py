"""Networks with one output, mostly maps: their contracts."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from zoo.contract import Contract, Step, TensorSpec

__all__ = ["MAP_CASES", "random_maps"]


def _case(shape: tuple[int, ...], *post: Step) -> Contract:
    pre = (
        Step("letterbox", {"size": [32, 48]}),
        Step("normalize", {"mean": [0] * 3, "std": [1] * 3}),
    )
    return Contract(TensorSpec("image", (3, 32, 48)), (TensorSpec("maps", shape),), pre, post)


def _heatmap(shape: tuple[int, ...], **given: object) -> Contract:
    return _case(shape, Step("heatmap", {"output": "maps", **given}))


def _mask(shape: tuple[int, ...], **given: object) -> Contract:
    return _case(shape, Step("mask", {"output": "maps", **given}))


MAP_CASES: Mapping[str, Contract] = {
    "heatmap_quarter": _heatmap((3, 5, 7)),
    "heatmap_none": _heatmap((5, 7, 3), channels="last", sub_pixel="none", alignment="top_left"),
    "heatmap_parabola": _heatmap((3, 5, 7), sub_pixel="parabola"),
    "heatmap_soft": _heatmap((2, 4, 6), sub_pixel="soft"),
    "heatmap_pixels": _heatmap((4, 1, 2), alignment="top_left"),
    "heatmap_one": _heatmap((5, 7), channels="last"),
    "mask_bilinear": _mask((3, 5, 7), labels=["sky", 'a "road"', "größer"], pixels=600),
    "mask_nearest": _mask((4, 6, 4), channels="last", interpolation="nearest", pixels=5000),
    "mask_threshold": _mask((1, 4, 6), threshold=-0.25, colors=[[0, 0, 0], [255, 0, 7]]),
    "many_labels": _case(
        (250,),
        Step(
            "top_k", {"output": "maps", "count": 250, "labels": [f"<{k}$> ü" for k in range(250)]}
        ),
    ),
    "mask_one": _mask((5, 7), interpolation="nearest", pixels=1),
}
"""Contracts by name; each has one output, 'maps'."""


def random_maps(name: str, seed: int, odd: float = 0.0) -> NDArray[np.float32]:
    """Return the output of a case, rounded so that numbers repeat. odd: the share of odd ones."""
    random = np.random.default_rng(seed)
    shape = MAP_CASES[name].outputs[0].shape
    maps = random.normal(0, 2, shape).round().astype(np.float32)
    strange = random.random(shape) < odd
    maps[strange] = random.choice([np.nan, np.inf, -np.inf, -0.0], strange.sum())
    return maps
