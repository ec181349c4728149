import numpy as np
import pytest
from PIL import Image

from zoo.picture import read_picture


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1"])
def test_every_kind_of_picture_becomes_rgb(tmp_path, mode):
    Image.new("RGB", (3, 2), (255, 255, 255)).convert(mode).save(tmp_path / "photo.png")
    pixels = read_picture(tmp_path / "photo.png")
    assert (pixels.shape, pixels.dtype) == ((2, 3, 3), np.uint8)
    assert pixels.min() == 255
