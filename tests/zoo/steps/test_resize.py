import numpy as np
import pytest

from zoo.errors import RecipeError
from zoo.step import Frame, Region
from zoo.steps.resize import STEP
from zoo.steps.sampling import INTERPOLATIONS, resize

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
REGION = Region(-700, 300, 5000, 3000)


@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_the_region_is_resampled(interpolation):
    given = STEP.complete({"size": [3, 5], "interpolation": interpolation})
    frame = STEP.apply(Frame(IMAGE, (0, 0, 4, 4), REGION), given)
    np.testing.assert_array_equal(frame.image_hwc, resize(IMAGE, REGION, 3, 5, interpolation))
    assert frame.region == REGION


def test_several_taps_are_averaged_by_default():
    assert STEP.complete({"size": [3, 5]})["interpolation"] == "antialiased"


@pytest.mark.parametrize(
    ("name", "instead"),
    [
        ("lanczos", "antialiased"),
        ("LANCZOS4", "bilinear"),
        ("INTER_CUBIC", "bilinear"),
        ("Bilinear", "bilinear"),
        ("bicubic", "antialiased"),
        ("INTER_LINEAR", "bilinear"),
        ("INTER_AREA", "area"),
        ("nearest-exact", "nearest"),
        ("NEAREST_EXACT", "nearest"),
        ("box", "area"),
    ],
)
def test_another_librarys_interpolation_is_refused_with_the_one_to_take(name, instead):
    with pytest.raises(RecipeError, match=f"'{name}' is not offered; take '{instead}', which"):
        STEP.complete({"size": [3, 5], "interpolation": name})


def test_unknown_interpolation_is_refused():
    with pytest.raises(RecipeError, match="unknown interpolation 'bilinaer'; did you mean bilin"):
        STEP.complete({"size": [3, 5], "interpolation": "bilinaer"})


def test_region_is_needed():
    frame = Frame(np.zeros((4, 4, 3), np.uint8), (0, 0, 4, 4))
    with pytest.raises(RecipeError, match="'resize': no region yet; put step 'crop' before it, or"):
        STEP.apply(frame, STEP.complete({"size": [2, 2]}))


@pytest.mark.parametrize("size", [[112], [0, 112], [112.5, 112], 112, [5000, 5000]])
def test_bad_size_is_refused(size):
    with pytest.raises(RecipeError, match=r"'resize': size is .*; expected two integers"):
        STEP.complete({"size": size})


def test_size_must_be_given():
    with pytest.raises(RecipeError, match="'resize': parameter 'size' is missing"):
        STEP.complete({})
