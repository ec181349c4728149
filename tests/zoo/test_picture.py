"""What a photo becomes; tests/codegen/test_pictures.py compares every kind with the program."""

import struct
import zlib

import numpy as np
import pytest
from picture_bytes import exif, png
from PIL import Image

from zoo.errors import DataError
from zoo.picture import read_picture


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1"])
def test_every_kind_of_picture_becomes_rgb(tmp_path, mode):
    Image.new("RGB", (3, 2), (255, 255, 255)).convert(mode).save(tmp_path / "photo.png")
    pixels = read_picture(tmp_path / "photo.png")
    assert (pixels.shape, pixels.dtype) == ((2, 3, 3), np.uint8)
    assert pixels.min() == 255


def test_of_16_bits_the_upper_8_are_taken(tmp_path):
    gray = np.arange(256, dtype=np.uint16).reshape(16, 16)
    Image.fromarray(gray * 257).save(tmp_path / "gray.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "gray.png")[..., 0], gray)


def test_a_photo_is_the_right_way_up(tmp_path):
    photo = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    (tmp_path / "photo.png").write_bytes(png(photo, 8, 2, (b"eXIf", exif(6))))
    np.testing.assert_array_equal(read_picture(tmp_path / "photo.png"), np.rot90(photo, -1))


def test_a_picture_of_200_megapixels_is_refused_by_its_header(tmp_path):
    head = struct.pack(">II", 16320, 12240)
    content = png(np.zeros((1, 1, 1), np.uint8), 8, 0)
    wide = content[:16] + head + content[24:29]
    content = wide + struct.pack(">I", zlib.crc32(wide[12:])) + content[33:]
    (tmp_path / "huge.png").write_bytes(content)
    with pytest.raises(DataError, match="16320 x 12240 pixels, at most 134217728 are supported"):
        read_picture(tmp_path / "huge.png")


@pytest.mark.parametrize("side", [9600, 11585])
def test_large_pictures_are_read(tmp_path, side):
    """Pillow warns above 89 megapixels; our own limit is 134."""
    Image.new("1", (side, side)).save(tmp_path / "large.png")
    assert read_picture(tmp_path / "large.png").shape == (side, side, 3)


def test_what_is_no_file(tmp_path):
    with pytest.raises(DataError, match=r"none.png: cannot be read \(No such file"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(DataError, match=r": cannot be read \(Is a directory\)$"):
        read_picture(tmp_path)
