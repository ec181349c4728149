"""A chain whose network sees its objects turned: aligned by key points, then by its landmarks."""

from dataclasses import replace
from math import cos, sin
from pathlib import Path

import numpy as np
from chain_case import CELLS, CHAIN, CHAIN_TOML, DETECTOR, RULE, detector_network
from chain_case import write_chain as write_upright_chain
from spot_app import CONTRACT, SIZE, TEMPLATE

from zoo.contract import Step, TensorSpec

__all__ = ["ALIGNED", "ANGLE", "CONTRACT_OF_DETECTOR", "POINTS", "write_chain", "write_detector"]

COUNT = len(TEMPLATE)
WANTED = ((TEMPLATE + 0.5) * SIZE - 0.5).round(3)
ANGLE = 0.4
_CELLS_PER_REGION = 3.1
_TURN = np.array([[cos(ANGLE), sin(ANGLE)], [-sin(ANGLE), cos(ANGLE)]])
POINTS = (TEMPLATE @ _TURN * _CELLS_PER_REGION).round(3)
"""Of each spot, turned clockwise by `ANGLE`, in cells of the detector."""

_KEYPOINTS = {"keypoints": ["spots"], "keypoint_channel": 5, "keypoint_count": COUNT}
_BOXES, _NMS = DETECTOR.post
CONTRACT_OF_DETECTOR = replace(
    DETECTOR,
    outputs=(TensorSpec("spots", (5 + 2 * COUNT, CELLS, CELLS)),),
    post=(Step("boxes", {**_BOXES.parameters, **_KEYPOINTS}), _NMS),
)
_ALIGN = Step("align", {"points": WANTED.tolist(), "size": [SIZE, SIZE]})
ALIGNED = replace(
    CHAIN,
    contract=replace(CONTRACT, pre=(_ALIGN, CONTRACT.pre[-1])),
    detector=replace(CHAIN.detector, contract=CONTRACT_OF_DETECTOR, regions=RULE),
)


def write_detector(path: Path) -> Path:
    """Write a detector whose spots have key points."""
    return detector_network(path, points=POINTS)


def write_chain(folder: Path) -> Path:
    """Write both networks, their contracts and chain.toml; return the latter."""
    write_upright_chain(folder)
    write_detector(folder / "spots.onnx")
    keypoints = f'keypoints = ["spots"], keypoint_channel = 5, keypoint_count = {COUNT}'
    _edit(
        folder / "spots.toml",
        ("shape = [5, 8, 8]", f"shape = [{5 + 2 * COUNT}, 8, 8]"),
        ('name = "boxes"', f'name = "boxes", {keypoints}'),
    )
    crop = '{name = "crop", scale = 1.25},\n    {name = "resize", size = [16, 16]}'
    align = f'{{name = "align", points = {WANTED.tolist()}, size = [16, 16]}}'
    _edit(folder / "landmarks.toml", (crop, align))
    (folder / "chain.toml").write_text(CHAIN_TOML)
    return folder / "chain.toml"


def _edit(file: Path, *changes: tuple[str, str]) -> None:
    text = file.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file.write_text(text)
