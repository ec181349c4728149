import math
from dataclasses import replace

import numpy as np
import pytest
from cpp_post import cpp_post
from hypothesis import example, given, settings
from hypothesis import strategies as st
from map_cases import MAP_CASES, random_maps

from zoo.contract import Step
from zoo.data.processing import postprocess, preprocess, value_specs
from zoo.errors import RecipeError
from zoo.registry import load
from zoo.step import Frame, Region, ValueSpec
from zoo.steps.mask import class_colors, grid_of

CASES = {name: case for name, case in MAP_CASES.items() if name.startswith("mask")}
STEP = load("step", "mask")
INPUT = np.zeros((32, 48, 3), np.uint8)
FRAME = Frame(INPUT, (-3.5, 20.25, 90, 70), Region(-700, 3000, 30000, 25000))

starts, sides = st.floats(-80, 80), st.floats(1, 120)
boxes = st.tuples(starts, starts, sides, sides)
regions = st.builds(Region, *[st.integers(-9000, 9000)] * 2, *[st.integers(256, 30000)] * 2)


def run(name, maps, frame=FRAME):
    return postprocess(CASES[name], {"maps": maps}, frame)


def pixels_of(found):
    """Return the mask [rows, columns]."""
    classes, lengths = found["mask"].T
    return np.repeat(classes, lengths).reshape(found["mask_size"])


def class_at(maps, x, y, given):
    """The definition at a place of maps [K, rows, columns], pixel centres at halves."""

    def taps(place):
        if given["interpolation"] == "nearest":
            return [(math.floor(place), 1.0)]
        t = math.floor(256 * place) / 256 - 0.5
        return [(math.floor(t), 1 - t % 1), (math.floor(t) + 1, t % 1)]

    _, rows, columns = maps.shape
    numbers = sum(
        wy * wx * maps[:, min(max(r, 0), rows - 1), min(max(c, 0), columns - 1)]
        for r, wy in taps(y)
        for c, wx in taps(x)
    )
    if len(maps) == 1:
        return int(numbers[0] >= given["threshold"])
    return int(np.argmax(numbers))


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=10)
@given(seed=st.integers(0, 2**32 - 1), box=boxes, region=regions)
def test_equals_its_definition(name, seed, box, region):
    maps, given = random_maps(name, seed), STEP.complete(CASES[name].post[0].parameters)
    found = run(name, maps, Frame(INPUT, box, region))
    if maps.ndim == 2:
        maps = maps[None]
    elif given["channels"] == "last":
        maps = maps.transpose(2, 0, 1)
    x, y, width, height = found["mask_box"]
    rows, columns = found["mask_size"]
    for row, column in {(0, 0), (rows - 1, columns - 1), (rows // 2, columns // 3)}:
        u = (x + (column + 0.5) * width / columns) * 256 - region.x0_q8
        v = (y + (row + 0.5) * height / rows) * 256 - region.y0_q8
        place = u * maps.shape[2] / region.width_q8, v * maps.shape[1] / region.height_q8
        assert pixels_of(found)[row, column] == class_at(maps.astype(np.float64), *place, given)
    shares = np.bincount(pixels_of(found).ravel(), minlength=max(len(maps), 2))
    np.testing.assert_array_equal(found["mask_shares"], shares / (rows * columns))


@given(boxes, regions, st.integers(1, 3000))
@example((0.0, 0.0, 1e6, 1e6), Region(0, 0, 1 << 28, 1 << 28), 1000)
def test_the_grid_covers_what_box_and_region_share(box, region, pixels):
    grid = grid_of(box, region, pixels)
    assert grid.rows * grid.columns <= pixels
    low = max(box[0], region.x0_q8 / 256), max(box[1], region.y0_q8 / 256)
    high = (
        min(box[0] + box[2], (region.x0_q8 + region.width_q8) / 256),
        min(box[1] + box[3], (region.y0_q8 + region.height_q8) / 256),
    )
    ends = grid.x + grid.columns * grid.side, grid.y + grid.rows * grid.side
    for begin, first, last, end in zip((grid.x, grid.y), low, high, ends, strict=True):
        assert begin <= first + 1 / 256
        assert end >= last - 1 / 256
        if first < last:
            assert begin > first - 1 - 1 / 256
            assert end < last + grid.side + 1 / 256


@pytest.mark.parametrize(("pixels", "side"), [(6000, 1), (5999, 2), (1500, 2), (1499, 3), (1, 100)])
def test_the_grid_is_as_fine_as_its_limit(pixels, side):
    grid = grid_of((0, 0, 100, 60), Region(-256, -256, 30000, 30000), pixels)
    assert (grid.side, grid.columns) == (side, math.ceil(100 / side))


def test_a_letterboxed_photo_has_a_mask_of_its_own_pixels():
    contract = CASES["mask_nearest"]
    photo = np.zeros((40, 80, 3), np.uint8)
    frame = preprocess(contract, photo)
    maps = np.zeros((4, 6, 4), np.float32)
    maps[:, :3, 1] = 1  # the left half is class 1
    maps[:, 3:, 2] = 1
    found = postprocess(contract, {"maps": maps}, frame)
    assert found["mask_box"].tolist() == [0, 0, 80, 40]
    assert (pixels_of(found) == np.repeat([[1] * 40 + [2] * 40], 40, axis=0)).all()
    assert found["mask"].tolist()[:2] == [[1, 40], [2, 40]]
    assert found["mask_shares"].tolist() == [0, 0.5, 0.5, 0]


def test_what_the_network_does_not_see_has_no_mask():
    pre = (Step("center_crop", {"short_side": 48, "size": [32, 48]}), CASES["mask_one"].pre[1])
    contract = replace(CASES["mask_one"], pre=pre)
    frame = preprocess(contract, np.zeros((64, 128, 3), np.uint8))
    found = postprocess(contract, {"maps": np.zeros((5, 7), np.float32)}, frame)
    assert found["mask_box"].tolist() == [32, 10, 64, 64]  # one pixel of 64x64


def test_colors_are_those_of_pascal_voc():
    known = {1: [128, 0, 0], 2: [0, 128, 0], 3: [128, 128, 0], 8: [64, 0, 0], 20: [0, 64, 128]}
    colors = class_colors(21)
    assert colors[0] == [0, 0, 0]
    assert {k: colors[k] for k in known} == known


def test_the_record_has_runs_but_no_maps():
    assert list(value_specs(CASES["mask_bilinear"])) == [
        *("mask", "mask_size", "mask_box", "mask_shares", "mask_colors", "mask_labels")
    ]


@pytest.fixture(scope="module")
def cpp(tmp_path_factory):
    return cpp_post(tmp_path_factory, "mask", {name: case.post for name, case in CASES.items()})


@pytest.mark.toolchain
@pytest.mark.parametrize("name", CASES)
@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**32 - 1),
    odd=st.sampled_from([0.0, 0.1, 1.0]),
    box=boxes,
    region=regions,
)
def test_cpp_equals_numpy(cpp, name, seed, odd, box, region):
    maps, frame = random_maps(name, seed, odd), Frame(INPUT, box, region)
    found = cpp.run(name, {"maps": maps}, frame)
    for value, numbers in run(name, maps, frame).items():
        np.testing.assert_array_equal(found[value], numbers, err_msg=value)
        assert found[value].shape == numbers.shape


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"interpolation": "linear"}, "interpolation is 'linear'; did you mean bilinear"),
        ({"channels": "NHWC"}, "channels is 'NHWC'; known: first, last"),
        ({"threshold": "0"}, "threshold is '0'; expected a number"),
        ({"pixels": 1 << 25}, r"pixels is 33554432; expected an integer of 1\.\.16777216"),
        ({"labels": [1]}, r"labels is \[1\]; expected a list of texts or"),
        ({"colors": [[1, 2, 256]]}, r"expected a list of \[red, green, blue\], each 0\.\.255"),
    ],
)
def test_impossible_parameters_are_refused(given, message):
    with pytest.raises(RecipeError, match=message):
        STEP.complete({"output": "maps", **given})


@pytest.mark.parametrize("given", [{"labels": ["a"]}, {"colors": [[1, 2, 3]] * 3}])
def test_each_class_has_a_label_and_a_color(given):
    known = {"maps": ValueSpec((1, 8, 8), "float32")}
    message = r"'maps' has 2 classes, and there are \d (labels|colors); give 2 or none"
    with pytest.raises(RecipeError, match=message):
        STEP.adds(known, STEP.complete({"output": "maps", **given}))


def test_a_region_is_needed():
    frame = replace(FRAME, region=None)
    with pytest.raises(RecipeError, match="add stretch, center_crop, letterbox or crop"):
        STEP.apply({"maps": np.zeros((1, 2, 2))}, frame, STEP.complete({"output": "maps"}))
