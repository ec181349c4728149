"""Which pictures judge what quantization loses."""

import numpy as np
import pytest
from PIL import Image

from zoo.data.held_out import hold_out
from zoo.errors import DataError
from zoo.picture import Picture


@pytest.fixture
def photos(tmp_path):
    """Forty photos of random pixels."""
    random = np.random.default_rng(0)
    for index in range(40):
        pixels = random.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{index:02d}.png")
    return [Picture(path) for path in sorted(tmp_path.glob("*.png"))]


def test_a_fifth_is_held_out_whatever_the_order(photos):
    found, turned = hold_out(photos), hold_out(photos[::-1])
    assert (len(found.calibration), len(found.judging), found.is_apart) == (32, 8, True)
    assert (found.judging, found.calibration) == (turned.judging, turned.calibration)
    assert set(found.calibration).isdisjoint(found.judging)
    assert set(found.calibration) | set(found.judging) == set(photos)
    assert list(found.calibration) != sorted(found.calibration, key=lambda picture: picture.path)
    assert found.words == "8 pictures held out from calibration"


def test_at_most_a_hundred(photos):
    many = [
        Picture(picture.path, (0.0, 0.0, 1.0 + k, 1.0)) for picture in photos for k in range(50)
    ]
    assert len(hold_out(many).judging) == 100


def test_faces_of_one_photo_and_copies_of_it_stay_together(photos, tmp_path):
    copy = tmp_path / "copy.png"
    copy.write_bytes(photos[3].path.read_bytes())
    faces = [Picture(p.path, (0.0, 0.0, 1.0 + k, 1.0)) for p in photos for k in range(3)]
    found = hold_out([*faces, Picture(copy)])
    held = {picture.path for picture in found.judging}
    assert held.isdisjoint(picture.path for picture in found.calibration)
    assert (copy in held) == (photos[3].path in held)


@pytest.mark.parametrize("count", [1, 2, 5, 9])
def test_few_pictures_judge_themselves(photos, count):
    found = hold_out(photos[:count])
    assert found.calibration == found.judging == tuple(photos[:count])
    assert not found.is_apart
    assert found.words == (
        f"the {count} calibration pictures themselves (fewer than 10, so none is held out)"
    )


def test_an_unreadable_file_is_named(photos):
    photos[7].path.unlink()
    with pytest.raises(DataError, match=r"07\.png: cannot be read \(No such file"):
        hold_out(photos)
