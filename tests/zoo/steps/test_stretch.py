import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.errors import DataError, RecipeError
from zoo.step import Frame, Region
from zoo.steps.sampling import INTERPOLATIONS, resize
from zoo.steps.stretch import STEP

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
places, sides = st.floats(-50, 50), st.floats(1, 80)
boxes = st.tuples(places, places, sides, sides)


def stretched(box, size, interpolation="antialiased"):
    given = STEP.complete({"size": list(size), "interpolation": interpolation})
    return STEP.apply(Frame(IMAGE, box), given)


def test_the_whole_photo_is_seen():
    frame = stretched((0, 0, 30, 20), (10, 10))
    assert frame.region == Region(0, 0, 30 * 256, 20 * 256)
    np.testing.assert_array_equal(frame.image_hwc, resize(IMAGE, frame.region, 10, 10))


def test_a_box_is_taken_as_it_is():
    assert stretched((2.5, -1, 7, 90), (4, 4)).region == Region(640, -256, 1792, 90 * 256)


@pytest.mark.toolchain
@given(box=boxes, height=st.integers(1, 12), width=st.integers(1, 12))
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_cpp_equals_numpy(cpp, box, height, width, interpolation):
    frame = stretched(box, (height, width), interpolation)
    image, region = cpp.fitted("stretch", IMAGE, box, (height, width), interpolation)
    np.testing.assert_array_equal(image, frame.image_hwc)
    assert region == frame.region


def test_a_box_without_area_is_refused():
    with pytest.raises(DataError, match=r"^box 0, 0, 0, 5"):
        stretched((0, 0, 0, 5), (4, 4))


def test_bad_parameters_are_refused():
    with pytest.raises(RecipeError, match=r"'stretch': size is \[4\]"):
        STEP.complete({"size": [4]})
    with pytest.raises(RecipeError, match="'stretch': unknown interpolation 'sinc'; known: anti"):
        STEP.complete({"size": [4, 4], "interpolation": "sinc"})
