import math
from dataclasses import replace

import numpy as np
import pytest
from cpp_post import cpp_post
from hypothesis import given, settings
from hypothesis import strategies as st
from map_cases import MAP_CASES, random_maps

from zoo.data.processing import postprocess, value_specs
from zoo.errors import RecipeError
from zoo.registry import load
from zoo.step import Frame, Region, ValueSpec

CASES = {name: case for name, case in MAP_CASES.items() if name.startswith("heatmap")}
STEP = load("step", "heatmap")
REGION = Region(-700, 300, 163840, 122880)
FRAME = Frame(np.zeros((32, 48, 3), np.uint8), (0, 0, 1, 1), REGION)


def run(name, maps):
    return postprocess(CASES[name], {"maps": maps}, FRAME)


def landmark(one, given):
    """The definition for one map, pixel by pixel: its score, and x, y across the region."""
    rows, columns = one.shape
    one = one.astype(np.float64)
    pixels = [(-one[r, c], r, c) for r in range(rows) for c in range(columns)]
    score, row, column = min(pixels)
    x, y = float(column), float(row)
    if given["sub_pixel"] == "soft":
        odds = np.exp(one)
        x = (odds * np.arange(columns)).sum() / odds.sum()
        y = (odds * np.arange(rows)[:, None]).sum() / odds.sum()
    if given["sub_pixel"] == "quarter":
        if 0 < column < columns - 1:
            x += 0.25 * np.sign(one[row, column + 1] - one[row, column - 1])
        if 0 < row < rows - 1:
            y += 0.25 * np.sign(one[row + 1, column] - one[row - 1, column])
    if given["sub_pixel"] == "parabola":
        x, y = x + top(one[row], column), y + top(one[:, column], row)
    half = 0.5 if given["alignment"] == "half_pixel" else 0.0
    return -score, (x + half) / columns, (y + half) / rows, half


def top(line, i):
    """Where the parabola through three numbers has its top, from the middle one."""
    if not 0 < i < len(line) - 1:
        return 0.0
    a, b, _ = np.polyfit([-1, 0, 1], line[i - 1 : i + 2], 2)
    return -b / (2 * a) if a < -1e-9 else 0.0


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1))
def test_equals_its_definition(name, seed):
    maps, given = random_maps(name, seed), STEP.complete(CASES[name].post[0].parameters)
    found = run(name, maps)
    each = maps[None] if maps.ndim == 2 else maps
    each = each.transpose(2, 0, 1) if maps.ndim == 3 and given["channels"] == "last" else each
    for k, one in enumerate(each):
        score, u, v, half = landmark(one, given)
        assert found["landmark_scores"][k] == score
        photo = [-700 / 256 + u * 640 - half, 300 / 256 + v * 480 - half]
        np.testing.assert_allclose(found["landmarks"][k], photo, rtol=1e-12, atol=1e-9)


def test_a_gaussian_is_found_within_a_quarter_pixel():
    rows, columns = np.mgrid[:16, :24]
    x, y = 10.3, 6.7
    one = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 8)[None].astype(np.float32)
    whole = replace(FRAME, region=Region(0, 0, 24 * 256, 16 * 256))
    found = STEP.apply({"maps": one}, whole, STEP.complete({"output": "maps"}))
    np.testing.assert_allclose(found["landmarks"], [[10.25, 6.75]], atol=1e-9)


@pytest.mark.parametrize("levels", [0, 127])
def test_a_parabola_finds_a_gaussian_also_of_8_bits(levels):
    """As networks learn it, deviation 1.5 pixels, for every place within a pixel."""
    rows, columns = np.mgrid[:16, :24]
    places = np.stack(np.meshgrid(np.linspace(9.5, 10.4, 10), np.linspace(6.5, 7.4, 10)), -1)
    x, y = places.reshape(-1, 2).T[:, :, None, None]
    maps = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 4.5)
    maps = (maps * levels).round() if levels else maps
    whole = replace(FRAME, region=Region(0, 0, 24 * 256, 16 * 256))
    given = STEP.complete({"output": "maps", "sub_pixel": "parabola"})
    found = STEP.apply({"maps": maps}, whole, given)["landmarks"]
    np.testing.assert_allclose(found, places.reshape(-1, 2), atol=0.06 if levels else 0.03)


def test_nan_is_lowest_and_soft_has_no_place_for_it():
    maps = np.full((2, 3, 4), math.nan, np.float32)
    maps[0, 1, 2] = -9
    found = STEP.apply({"maps": maps}, FRAME, STEP.complete({"output": "maps"}))
    assert found["landmark_scores"][0] == -9
    assert np.isnan(found["landmark_scores"][1])
    soft = STEP.complete({"output": "maps", "sub_pixel": "soft"})
    assert np.isnan(STEP.apply({"maps": maps}, FRAME, soft)["landmarks"]).all()


def test_the_record_has_landmarks_but_no_maps():
    assert set(value_specs(CASES["heatmap_soft"])) == {"landmarks", "landmark_scores"}


@pytest.fixture(scope="module")
def cpp(tmp_path_factory):
    return cpp_post(tmp_path_factory, "heatmap", {name: case.post for name, case in CASES.items()})


@pytest.mark.toolchain
@pytest.mark.parametrize("name", CASES)
@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), odd=st.sampled_from([0.0, 0.1, 1.0]))
def test_cpp_equals_numpy(cpp, name, seed, odd):
    maps = random_maps(name, seed, odd)
    found = cpp.run(name, {"maps": maps}, FRAME)
    for value, numbers in run(name, maps).items():
        np.testing.assert_array_equal(found[value], numbers, err_msg=value)
        assert found[value].shape == numbers.shape


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"sub_pixel": "quater"},
            "sub_pixel is 'quater'; did you mean quarter",
        ),
        ({"alignment": 1}, "alignment is 1; known: half_pixel, top_left"),
        ({"channels": "NHWC"}, "channels is 'NHWC'; known: first, last"),
    ],
)
def test_unknown_choices_are_refused(given, message):
    with pytest.raises(RecipeError, match=message):
        STEP.complete({"output": "maps", **given})


@pytest.mark.parametrize("spec", [None, ValueSpec((9,), "float32"), ValueSpec((2, 3, 4), "int64")])
def test_maps_are_needed(spec):
    known = {"maps": spec} if spec else {}
    with pytest.raises(
        RecipeError, match=r"'maps' is .*; expected maps \[K, rows, columns\] of numbers"
    ):
        STEP.adds(known, STEP.complete({"output": "maps"}))


def test_a_region_is_needed():
    frame = replace(FRAME, region=None)
    with pytest.raises(RecipeError, match="add stretch, center_crop, letterbox or crop"):
        STEP.apply({"maps": np.zeros((1, 2, 2))}, frame, STEP.complete({"output": "maps"}))
