import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zoo.errors import RecipeError
from zoo.step import Frame, Region
from zoo.steps.landmarks import STEP, to_photo

places, sides = st.integers(-(2**24), 2**24), st.integers(1, 2**24)
regions = st.builds(Region, places, places, sides, sides)
coordinates = arrays(np.float32, (5, 2), elements=st.floats(-2, 3, width=32))


def frame(region):
    return Frame(np.zeros((1, 1, 3), np.uint8), (0, 0, 1, 1), region=region)


def test_pixel_centres_are_integers():
    region = Region(10 * 256, 20 * 256, 100 * 256, 50 * 256)
    # The centre of pixel (10, 20) lies half a pixel inside the region.
    centre = to_photo(np.array([0.005, 0.01]), region)
    np.testing.assert_allclose(centre, [10, 20], atol=1e-12)
    np.testing.assert_array_equal(to_photo(np.array([0.5, 1.0]), region), [59.5, 69.5])


def test_a_mean_is_added():
    region = Region(0, 0, 256 * 256, 256 * 256)
    given = {"output": "out", "count": 1, "mean": [[0.25, 0.5]]}
    values = STEP.apply({"out": np.array([0.25, -0.25])}, frame(region), given)
    np.testing.assert_array_equal(values["landmarks"], [[127.5, 63.5]])


@pytest.mark.toolchain
@given(normalized=coordinates, region=regions, mean=st.none() | coordinates)
def test_cpp_equals_numpy(cpp, normalized, region, mean):
    places = np.zeros((0, 2)) if mean is None else mean
    given = {"output": "out", "count": 5, "mean": places.tolist()}
    values = STEP.apply({"out": normalized.ravel()}, frame(region), given)
    np.testing.assert_array_equal(cpp.landmarks(normalized, region, places), values["landmarks"])


@pytest.mark.parametrize("mean", [[[0.5, 0.5]], [0.5, 0.5], "no", [[0, 1], [1]], [[0, "a"]] * 2])
def test_impossible_mean_is_refused(mean):
    with pytest.raises(RecipeError, match="mean must be a list of 2 places"):
        STEP.complete({"count": 2, "mean": mean})


@pytest.mark.parametrize("count", [0, 68.0, True])
def test_impossible_count_is_refused(count):
    with pytest.raises(RecipeError, match=r"count is .*; an integer above 0 is needed"):
        STEP.complete({"count": count})


def test_an_output_that_is_not_there_is_told():
    given = {"output": "landmarks", "count": 5, "mean": ()}
    message = r"there is no output 'landmarks'; did you mean landmark.*name it by `output`"
    with pytest.raises(RecipeError, match=message):
        STEP.apply({"landmark": np.zeros(10)}, frame(Region(0, 0, 256, 256)), given)


def test_wrong_count_is_refused():
    given = {"output": "out", "count": 68, "mean": ()}
    with pytest.raises(RecipeError, match="output 'out' has 10 numbers; 68 landmarks need two"):
        STEP.apply({"out": np.zeros(10)}, frame(Region(0, 0, 256, 256)), given)
