"""Detectors with steps 'boxes' and 'nms', measured on drawn photos."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from recipes.shelf.detection_evaluation import evaluate
from zoo.contract import Contract
from zoo.recipe import Recipe

CONTRACT = Contract.from_mapping(
    {
        "input": {"name": "image", "shape": [3, 32, 32]},
        "outputs": [{"name": "boxes", "shape": [2, 4]}, {"name": "scores", "shape": [2, 1]}],
        "pre": [
            {"name": "stretch", "size": [32, 32]},
            {"name": "normalize", "mean": [0, 0, 0], "std": [1, 1, 1]},
        ],
        "post": [
            {"name": "boxes", "coding": "corners", "boxes": ["boxes"], "scores": ["scores"]},
            {"name": "nms", "limit": 1},
        ],
    },
    "contract",
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two photos of 64 x 64, each with a face in its left half."""
    (tmp_path / "images").mkdir()
    rows = ["file,x,y,w,h"]
    for name in ("a", "b"):
        Image.new("RGB", (64, 64)).save(tmp_path / "images" / f"{name}.png")
        rows.append(f"{name}.png,4,8,32,40")
    (tmp_path / "annotations.csv").write_text("\n".join(rows) + "\n")
    return tmp_path


def measured(data: Path, left: float, right: float, only: tuple[Path, ...] = ()) -> Any:
    """Measure a network that always finds the face and something at the right, with scores."""

    def run(feeds: Mapping[str, Any]) -> dict[str, Any]:
        assert feeds["image"].shape == (1, 3, 32, 32)
        boxes = np.array([[[2, 4, 18, 24], [22, 4, 32, 24]]], np.float32)
        return {"boxes": boxes, "scores": np.array([[[left], [right]]], np.float32)}

    return evaluate(Recipe("found", "", "", CONTRACT), run, Path(f"boxes:{data}"), only)


def test_the_face_is_the_surest(data: Path) -> None:
    found = measured(data, 0.9, 0.1)
    assert found.count == 2
    assert found.metrics["ap_16px_percent"] == pytest.approx(100)


def test_boxes_below_the_contract_s_threshold_and_beyond_its_limit_count(data: Path) -> None:
    found = measured(data, 0.05, 0.9)
    assert found.metrics["ap_16px_percent"] == pytest.approx(50)
    assert found.metrics["recall_0.1fp_16px_percent"] == 0


def test_nothing_is_found(data: Path) -> None:
    assert measured(data, 0.0, 0.0).metrics["ap_16px_percent"] == 0


def test_some_photos_only(data: Path) -> None:
    assert measured(data, 0.9, 0.1, (data / "images" / "a.png",)).count == 1
