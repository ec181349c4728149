import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zoo.errors import RecipeError
from zoo.step import Frame, Region, TurnedRegion
from zoo.steps.landmarks import STEP, to_photo

places, sides = st.integers(-(2**24), 2**24), st.integers(1, 2**24)
regions = st.builds(Region, places, places, sides, sides)
turned_regions = st.builds(TurnedRegion, *[places] * 6)
coordinates = arrays(np.float32, (5, 2), elements=st.floats(-2, 3, width=32))


def frame(region):
    where = {"turned_region" if isinstance(region, TurnedRegion) else "region": region}
    return Frame(np.zeros((12, 48, 3), np.uint8), (0, 0, 1, 1), **where)


def found(output, **given):
    given = STEP.complete({"output": "out", **given})
    return STEP.apply({"out": output}, frame(Region(0, 0, 25600, 25600)), given)["landmarks"]


def test_pixel_centres_are_integers():
    region = Region(10 * 256, 20 * 256, 100 * 256, 50 * 256)
    # The centre of pixel (10, 20) lies half a pixel inside the region.
    centre = to_photo(np.array([0.005, 0.01]), region)
    np.testing.assert_allclose(centre, [10, 20], atol=1e-12)
    np.testing.assert_array_equal(to_photo(np.array([0.5, 1.0]), region), [59.5, 69.5])


def test_a_turned_region_maps_both_sides():
    turned = TurnedRegion(256, 512, 0, 25600, -5120, 0)  # x runs down the photo, y to the left
    found = to_photo(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), turned)
    np.testing.assert_array_equal(found + 0.5, [[1, 2], [1, 102], [-19, 2]])


def test_a_mean_is_added():
    region = Region(0, 0, 256 * 256, 256 * 256)
    given = STEP.complete({"output": "out", "count": 1, "mean": [[0.25, 0.5]]})
    values = STEP.apply({"out": np.array([0.25, -0.25])}, frame(region), given)
    np.testing.assert_array_equal(values["landmarks"], [[127.5, 63.5]])


@pytest.mark.parametrize(
    ("order", "output"),
    [
        ("xyxy", [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]),
        ("yxyx", [0.2, 0.1, 0.4, 0.3, 0.6, 0.5]),
        ("xxyy", [0.1, 0.3, 0.5, 0.2, 0.4, 0.6]),  # MTCNN
        ("yyxx", [0.2, 0.4, 0.6, 0.1, 0.3, 0.5]),
    ],
)
def test_the_order_is_that_of_the_output(order, output):
    places = found(np.array(output), count=3, order=order)
    np.testing.assert_allclose(places + 0.5, [[10, 20], [30, 40], [50, 60]])


@pytest.mark.parametrize(
    ("order", "output"),
    [("xyxy", [0.1, 0.2, 9, 0.3, 0.4, 9]), ("xxyy", [0.1, 0.3, 0.2, 0.4, 9, 9])],
)
def test_further_numbers_of_a_landmark_are_left_out(order, output):
    places = found(np.array(output), count=2, order=order, numbers=3)
    np.testing.assert_allclose(places + 0.5, [[10, 20], [30, 40]])


def test_coordinates_may_be_in_pixels_of_the_input():
    places = found(np.array([[24.0, 12.0], [0.0, 3.0]]), count=2, normalized=False)
    np.testing.assert_allclose(places + 0.5, [[50, 100], [0, 25]])


@pytest.mark.toolchain
@given(
    output=coordinates,
    region=regions | turned_regions,
    mean=st.none() | coordinates,
    order=st.sampled_from(["xyxy", "xxyy", "yxyx", "yyxx"]),
    numbers=st.sampled_from([2, 5]),
    normalized=st.booleans(),
)
def test_cpp_equals_numpy(cpp, output, region, mean, order, numbers, normalized):
    count = output.size // numbers
    places = [] if mean is None else mean[:count].tolist()
    form = {"order": order, "numbers": numbers, "normalized": normalized}
    given = STEP.complete({"output": "out", "count": count, "mean": places, **form})
    values = STEP.apply({"out": output.ravel()}, frame(region), given)
    cpp_values = cpp.landmarks(output.ravel(), frame(region).image_hwc, region, given)
    np.testing.assert_array_equal(cpp_values, values["landmarks"])


@pytest.mark.parametrize("mean", [[[0.5, 0.5]], [0.5, 0.5], "no", [[0, 1], [1]], [[0, "a"]] * 2])
def test_impossible_mean_is_refused(mean):
    with pytest.raises(RecipeError, match="mean must be a list of 2 places"):
        STEP.complete({"count": 2, "mean": mean})


@pytest.mark.parametrize("count", [0, 68.0, True])
def test_impossible_count_is_refused(count):
    with pytest.raises(RecipeError, match=r"count is .*; expected an integer above 0"):
        STEP.complete({"count": count})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"order": "planar"}, "order is 'planar'; known: xyxy, xxyy, yxyx, yyxx"),
        ({"normalized": 1}, "normalized is 1; expected true or false"),
        ({"numbers": 1}, "numbers is 1; expected an integer above 1"),
    ],
)
def test_impossible_forms_are_refused(given, message):
    with pytest.raises(RecipeError, match=message):
        STEP.complete({"count": 5, **given})


def test_an_output_that_is_not_there_is_told():
    given = STEP.complete({"count": 5})
    message = r"there is no output 'landmarks'; did you mean landmark.*name it in `output`"
    with pytest.raises(RecipeError, match=message):
        STEP.apply({"landmark": np.zeros(10)}, frame(Region(0, 0, 256, 256)), given)


def test_wrong_count_is_refused():
    given = STEP.complete({"output": "out", "count": 68})
    with pytest.raises(RecipeError, match="output 'out' has 10 numbers; 68 landmarks of 2 numbers"):
        STEP.apply({"out": np.zeros(10)}, frame(Region(0, 0, 256, 256)), given)
