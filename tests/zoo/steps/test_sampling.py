import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zoo.step import Region
from zoo.steps.sampling import INTERPOLATIONS, resize, round_divide

edges = st.integers(1, 40)
images = st.tuples(edges, edges, st.sampled_from([1, 3])).flatmap(
    lambda shape: arrays(np.uint8, shape, elements=st.integers(0, 255), fill=st.integers(0, 255))
)
places, sides = st.integers(-9000, 9000), st.integers(1, 60 * 256)
regions = st.builds(Region, places, places, sides, sides)
sizes = st.integers(1, 12)


interpolations = st.sampled_from(INTERPOLATIONS)


def taps(start, side, n, interpolation):
    """Yield the docstring's (i, p, weight) of each tap, p before it is repeated at the edge."""
    k = max(1, min(8, (2 * side + 256 * n) // (512 * n))) if interpolation == "antialiased" else 1
    for j in range(n * k):
        centre = start + side * (2 * j + 1) // (2 * n * k)
        if interpolation == "nearest":
            yield j, centre // 256, 256
        elif interpolation == "area":
            yield from ((j, p, weight) for p, weight in shares(start, side, n, j))
        else:
            t = centre - 128
            yield j // k, t // 256, 256 - t % 256
            yield j // k, t // 256 + 1, t % 256


def shares(start, side, n, i):
    begin = start + side * i // n
    end = max(start + side * (i + 1) // n, begin + 1)
    first, last = begin // 256, (end - 1) // 256

    def c(p):
        return (
            0 if p == first else 65536 if p > last else (256 * p - begin) * 65536 // (end - begin)
        )

    return [(p, c(p + 1) - c(p)) for p in range(first, last + 1)]


def weights(start, side, n, pixels, interpolation):
    """Return [n, pixels] weights of an axis."""
    table = np.zeros((n, pixels), np.int64)
    for i, p, weight in taps(start, side, n, interpolation):
        table[i, min(max(p, 0), pixels - 1)] += weight
    return table


def by_definition(image, region, height, width, interpolation):
    """The docstring's formula, tap by tap."""
    rows = weights(region.y0_q8, region.height_q8, height, image.shape[0], interpolation)
    columns = weights(region.x0_q8, region.width_q8, width, image.shape[1], interpolation)
    sums = np.einsum("ij,jkc,lk->ilc", rows, image.astype(np.int64), columns)
    total = int(rows[0].sum() * columns[0].sum())
    return (sums + total // 2) // total


@given(images, regions, st.integers(1, 4), st.integers(1, 4), interpolations)
def test_equals_its_definition(image, region, height, width, interpolation):
    expected = by_definition(image, region, height, width, interpolation)
    found = resize(image, region, height, width, interpolation)
    np.testing.assert_array_equal(found, expected)


@given(arrays(np.uint8, (9, 7, 3)), interpolations)
def test_own_size_changes_nothing(image, interpolation):
    whole = Region(0, 0, 7 * 256, 9 * 256)
    np.testing.assert_array_equal(resize(image, whole, 9, 7, interpolation), image)


@given(arrays(np.uint8, (12, 8, 1)))
def test_half_the_size_averages_pixels(image):
    blocks = image.reshape(6, 2, 4, 2, 1).sum((1, 3), dtype=np.int64)
    for interpolation in ("antialiased", "bilinear", "area"):
        half = resize(image, Region(0, 0, 8 * 256, 12 * 256), 6, 4, interpolation)
        np.testing.assert_array_equal(half, (blocks + 2) // 4)


@given(arrays(np.uint8, (20, 30, 1)))
def test_area_averages_all_that_a_pixel_covers(image):
    blocks = image.reshape(2, 10, 3, 10, 1).sum((1, 3), dtype=np.int64)
    tenth = resize(image, Region(0, 0, 30 * 256, 20 * 256), 2, 3, "area")
    np.testing.assert_allclose(tenth, blocks / 100, atol=0.6)  # shares of a tenth are rounded


@given(arrays(np.uint8, (9, 15, 1)))
def test_bilinear_and_nearest_take_the_centre_of_three(image):
    whole = Region(0, 0, 15 * 256, 9 * 256)
    for interpolation in ("bilinear", "nearest"):
        found = resize(image, whole, 3, 5, interpolation)
        np.testing.assert_array_equal(found, image[1::3, 1::3])


@given(arrays(np.uint8, (12, 8, 1)))
def test_each_axis_has_a_scale_of_its_own(image):
    pairs = image.reshape(6, 2, 8, 1).sum(1, dtype=np.int64)
    squeezed = resize(image, Region(0, 0, 8 * 256, 12 * 256), 6, 8)
    np.testing.assert_array_equal(squeezed, (pairs + 1) // 2)


@given(regions, sizes, st.integers(0, 255), interpolations)
def test_flat_image_stays_flat(region, size, value, interpolation):
    image = np.full((7, 5, 3), value, np.uint8)
    assert (resize(image, region, size, size, interpolation) == value).all()


def test_beyond_the_image_the_edge_goes_on():
    image = np.arange(4, dtype=np.uint8).reshape(1, 4, 1)
    seen = resize(image, Region(-8 * 256, -8 * 256, 16 * 256, 16 * 256), 16, 16)
    assert seen[0, :, 0].tolist() == [0] * 8 + [0, 1, 2, 3] + [3] * 4


@pytest.mark.toolchain
@given(image=images, region=regions, height=sizes, width=sizes, name=interpolations)
def test_cpp_equals_numpy(cpp, image, region, height, width, name):
    expected = resize(image, region, height, width, name)
    np.testing.assert_array_equal(cpp.resize(image, region, height, width, name), expected)


@pytest.mark.toolchain
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
def test_cpp_equals_numpy_on_a_large_face(cpp, interpolation):
    image = np.random.default_rng(0).integers(0, 256, (700, 900, 3), np.uint8)
    region = Region(-31 * 256 + 7, 55 * 256 + 3, 1000 * 256 + 77, 900 * 256 + 11)
    expected = resize(image, region, 112, 112, interpolation)
    found = cpp.resize(image, region, 112, 112, interpolation)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.toolchain
@pytest.mark.parametrize("interpolation", INTERPOLATIONS)
@pytest.mark.parametrize("size", [1, 4096])
def test_the_largest_region_fits_64_bits(cpp, size, interpolation):
    image = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    region = Region(-(1 << 45), 300, 1 << 46, 256)
    expected = resize(image, region, 1, size, interpolation)
    np.testing.assert_array_equal(cpp.resize(image, region, 1, size, interpolation), expected)


@pytest.mark.toolchain
@pytest.mark.parametrize("n", [*sorted({a * b for a in range(1, 9) for b in range(1, 9)}), 65536])
def test_cpp_divides_every_sum_exactly(cpp, n):
    assert cpp.wrong_means(n) == 0


@given(st.integers(-9999, 9999), st.integers(1, 99))
def test_division_rounds_halves_up(a, b):
    assert round_divide(a, b) == (2 * a + b) // (2 * b)
    assert abs(round_divide(a, b) * b - a) * 2 <= b
