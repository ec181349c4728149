"""Photos with faces that fit a crop."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def face_photos(tmp_path: Path) -> Path:
    """Eight photos of noise, 320x240, with a bright face of 30 pixels each."""
    folder = tmp_path / "photos" / "train"
    (folder / "images").mkdir(parents=True)
    random = np.random.default_rng(0)
    rows = ["file,x,y,w,h,invalid"]
    for name in "abcdefgh":
        pixels = random.integers(0, 80, (240, 320, 3), dtype=np.uint8)
        x, y = (int(v) for v in random.integers((0, 0), (290, 210)))
        pixels[y : y + 30, x : x + 30] += 150
        Image.fromarray(pixels).save(folder / "images" / f"{name}.png")
        rows.append(f"{name}.png,{x},{y},30,30,0")
    (folder / "annotations.csv").write_text("\n".join(rows) + "\n")
    return folder
