"""Small data sets of drawn faces: crops, and photos."""

import csv
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

SIZE = 48


@pytest.fixture
def make_faces(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes `count` faces with `points` landmarks and returns the folder.

    Landmarks are drawn as dots on noise; extra columns are given as lists.
    """

    def make(count: int = 8, points: int = 68, **columns: list[object]) -> Path:
        folder = tmp_path / f"made{points}" / "train"
        (folder / "images").mkdir(parents=True)
        generator = np.random.default_rng(0)
        header = ["file", *columns, *(f"{axis}{i}" for i in range(points) for axis in "xy")]
        with (folder / "annotations.csv").open("w", newline="") as table:
            writer = csv.writer(table)
            writer.writerow(header)
            for face in range(count):
                landmarks = generator.uniform(0.3, 0.7, (points, 2)) * SIZE
                _draw(folder / "images" / f"face{face}.png", landmarks, generator)
                extra = [values[face] for values in columns.values()]
                writer.writerow([f"face{face}.png", *extra, *landmarks.round(3).ravel()])
        return folder

    return make


def _draw(path: Path, landmarks: np.ndarray, generator: np.random.Generator) -> None:
    image = Image.fromarray(generator.integers(0, 80, (SIZE, SIZE, 3), dtype=np.uint8))
    draw = ImageDraw.Draw(image)
    for x, y in landmarks:
        draw.ellipse([x - 1, y - 1, x + 1, y + 1], fill=(255, 220, 200))
    image.save(path)


@pytest.fixture
def data() -> Path:
    """Return the folder of the research data sets, or skip."""
    folder = Path(os.environ.get("ZOO_DATA", ""))
    if not os.environ.get("ZOO_DATA") or not folder.is_dir():
        pytest.skip("ZOO_DATA does not name a folder of research data sets")
    return folder


@pytest.fixture
def drawn_photos(tmp_path: Path) -> Path:
    """Four photos of noise with a bright face each."""
    folder = tmp_path / "drawn" / "train"
    (folder / "images").mkdir(parents=True)
    random = np.random.default_rng(0)
    rows = ["file,x,y,w,h,invalid"]
    for name in "abcd":
        pixels = random.integers(0, 80, (120, 160, 3), dtype=np.uint8)
        x, y, side = (int(v) for v in random.integers((10, 10, 20), (90, 60, 50)))
        pixels[y : y + side, x : x + side] += 150
        Image.fromarray(pixels).save(folder / "images" / f"{name}.png")
        rows.append(f"{name}.png,{x},{y},{side},{side},0")
    (folder / "annotations.csv").write_text("\n".join(rows) + "\n")
    return folder
