import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zoo.errors import RecipeError
from zoo.step import Frame, Region
from zoo.steps.resize import STEP, resize

edges = st.integers(1, 40)
images = st.tuples(edges, edges, st.sampled_from([1, 3])).flatmap(
    lambda shape: arrays(np.uint8, shape, elements=st.integers(0, 255), fill=st.integers(0, 255))
)
places, sides = st.integers(-9000, 9000), st.integers(1, 60 * 256)
regions = st.builds(Region, places, places, sides, sides)
sizes = st.integers(1, 12)


def by_definition(image, region, height, width):
    """The docstring's formula, tap by tap."""

    def taps(start, side, n, pixels):
        k = max(1, min(8, (2 * side + 256 * n) // (512 * n)))
        for i in range(n * k):
            t = start + side * (2 * i + 1) // (2 * n * k) - 128
            at = [min(max(t // 256 + step, 0), pixels - 1) for step in (0, 1)]
            yield i // k, k, ((at[0], 256 - t % 256), (at[1], t % 256))

    total = np.zeros((height, width, image.shape[2]), np.int64)
    rows = list(taps(region.y0_q8, region.height_q8, height, image.shape[0]))
    columns = list(taps(region.x0_q8, region.width_q8, width, image.shape[1]))
    for row, _, row_pair in rows:
        for column, _, column_pair in columns:
            for y, weight_y in row_pair:
                for x, weight_x in column_pair:
                    total[row, column] += weight_y * weight_x * image[y, x].astype(np.int64)
    taps_per_pixel = rows[0][1] * columns[0][1]
    return (total + 32768 * taps_per_pixel) // (65536 * taps_per_pixel)


@given(images, regions, st.integers(1, 4), st.integers(1, 4))
def test_equals_its_definition(image, region, height, width):
    expected = by_definition(image, region, height, width)
    np.testing.assert_array_equal(resize(image, region, height, width), expected)


@given(arrays(np.uint8, (9, 7, 3)))
def test_own_size_changes_nothing(image):
    np.testing.assert_array_equal(resize(image, Region(0, 0, 7 * 256, 9 * 256), 9, 7), image)


@given(arrays(np.uint8, (12, 8, 1)))
def test_half_the_size_averages_pixels(image):
    blocks = image.reshape(6, 2, 4, 2, 1).sum((1, 3), dtype=np.int64)
    half = resize(image, Region(0, 0, 8 * 256, 12 * 256), 6, 4)
    np.testing.assert_array_equal(half, (blocks + 2) // 4)


@given(arrays(np.uint8, (12, 8, 1)))
def test_each_axis_has_a_scale_of_its_own(image):
    pairs = image.reshape(6, 2, 8, 1).sum(1, dtype=np.int64)
    squeezed = resize(image, Region(0, 0, 8 * 256, 12 * 256), 6, 8)
    np.testing.assert_array_equal(squeezed, (pairs + 1) // 2)


@given(regions, sizes, st.integers(0, 255))
def test_flat_image_stays_flat(region, size, value):
    image = np.full((7, 5, 3), value, np.uint8)
    assert (resize(image, region, size, size) == value).all()


def test_beyond_the_image_the_edge_goes_on():
    image = np.arange(4, dtype=np.uint8).reshape(1, 4, 1)
    seen = resize(image, Region(-8 * 256, -8 * 256, 16 * 256, 16 * 256), 16, 16)
    assert seen[0, :, 0].tolist() == [0] * 8 + [0, 1, 2, 3] + [3] * 4


@pytest.mark.toolchain
@given(image=images, region=regions, height=sizes, width=sizes)
def test_cpp_equals_numpy(cpp, image, region, height, width):
    expected = resize(image, region, height, width)
    np.testing.assert_array_equal(cpp.resize(image, region, height, width), expected)


@pytest.mark.toolchain
def test_cpp_equals_numpy_on_a_large_face(cpp):
    image = np.random.default_rng(0).integers(0, 256, (700, 900, 3), np.uint8)
    region = Region(-31 * 256 + 7, 55 * 256 + 3, 1000 * 256 + 77, 900 * 256 + 11)
    expected = resize(image, region, 112, 112)
    np.testing.assert_array_equal(cpp.resize(image, region, 112, 112), expected)


def test_region_is_needed():
    frame = Frame(np.zeros((4, 4, 3), np.uint8), (0, 0, 4, 4))
    with pytest.raises(RecipeError, match="'resize': no region yet; put step 'crop' before it"):
        STEP.apply(frame, {"size": [2, 2]})


@pytest.mark.parametrize("size", [[112], [0, 112], [112.5, 112], 112, [5000, 5000]])
def test_bad_size_is_refused(size):
    with pytest.raises(RecipeError, match=r"'resize': size is .*; two integers \[height, width\]"):
        STEP.complete({"size": size})


def test_size_must_be_given():
    with pytest.raises(RecipeError, match="'resize': parameter 'size' is missing"):
        STEP.complete({})
