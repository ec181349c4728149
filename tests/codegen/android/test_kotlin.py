"""The app's Kotlin against the reference: by a compiler, where one is installed."""

import json
from dataclasses import astuple

import numpy as np
import pytest
from kotlin import run_kotlin

from zoo import registry
from zoo.data.processing import postprocess, preprocess
from zoo.errors import DataError
from zoo.picture import read_picture
from zoo.step import Frame, Region
from zoo.steps.sampling import INTERPOLATIONS

pytestmark = pytest.mark.toolchain

RECIPE = registry.load("recipe", "pfld_0.25x.300w68")
REGION = Region(-700, 300, 5000, 3000)
BOX = (0.0, 0.0, 1.0, 1.0)
RNG = np.random.default_rng(0)
PHOTO = RNG.integers(0, 256, (23, 31, 3), np.uint8)


def apply(name, frame, **given):
    step = registry.load("step", name)
    return step.apply(frame, step.complete(given))


def numbers(line):
    return np.array(line.split(), np.float64)


def image_words(photo, folder, name="photo"):
    (folder / name).write_bytes(photo.tobytes())
    return f"{' '.join(map(str, photo.shape))} {folder / name}"


@pytest.fixture
def golden(tmp_path):
    """A golden folder as bundles have it, with outputs that need no network."""
    outputs = []
    lines = []
    for item in RECIPE.golden:
        (tmp_path / f"{item.name}.png").write_bytes(item.image.read_bytes())
        values = RNG.random(136).astype(np.float32)
        outputs.append({"landmarks": values})
        lines.append(f"picture {item.name} {' '.join(map(repr, item.box))}")
        lines.append(f"output 0.01 136 {' '.join(f'{v:.9g}' for v in values)} landmarks")
    (tmp_path / "selftest.txt").write_text("\n".join(lines) + "\n")
    return tmp_path, outputs


def test_golden_pictures_to_the_bit(classes, golden):
    folder, outputs = golden
    printed = run_kotlin(classes, "zoo.app.DriverKt", "golden", folder, 0).splitlines()
    assert not [line for line in printed if line.startswith("wrong")]
    names = [line.split()[0] for line in printed]
    size = len(names) // len(outputs)
    for index, (item, out) in enumerate(zip(RECIPE.golden, outputs, strict=True)):
        found = dict(line.split(" ", 1) for line in printed[index * size : (index + 1) * size])
        frame = preprocess(RECIPE.contract, read_picture(item.image), item.box)
        chw = numbers(found["chw"]).astype(np.float32)
        np.testing.assert_array_equal(chw, frame.input_chw.ravel())
        hwc = numbers(found["hwc"]).astype(np.float32)
        np.testing.assert_array_equal(hwc, frame.input_chw.transpose(1, 2, 0).ravel())
        for name, value in postprocess(RECIPE.contract, out, frame).items():
            np.testing.assert_allclose(numbers(found[name]), value.ravel(), rtol=1e-9, atol=1e-9)


def test_a_self_test_that_fails(classes, golden):
    folder, _ = golden
    printed = run_kotlin(classes, "zoo.app.DriverKt", "golden", folder, 0.02).splitlines()
    wrong = [line for line in printed if line.startswith("wrong")]
    assert len(wrong) == len(RECIPE.golden)
    assert wrong[0].startswith(f"wrong {RECIPE.golden[0].name}: landmarks differs by 0.02")
    assert wrong[0].endswith(", allowed 0.01")


def test_crop(run):
    boxes = [tuple(RNG.uniform(-50, 900, 2)) + tuple(RNG.uniform(1, 400, 2)) for _ in range(200)]
    aspects = [[1, 1], [4, 3], [256, 1024], [1, 7]] * 50
    found = run(
        *(
            f"crop {' '.join(map(repr, map(float, box)))} 1.2 {' '.join(map(str, aspect))}"
            for box, aspect in zip(boxes, aspects, strict=True)
        )
    )
    for box, aspect, line in zip(boxes, aspects, found, strict=True):
        region = apply("crop", Frame(PHOTO, box), aspect=aspect).region
        assert line == " ".join(map(str, astuple(region)))


@pytest.mark.parametrize("box", ["0 0 0.5 9", "0 0 NaN 9", "-2000000 0 9 9"])
def test_a_box_that_cannot_be(run, box):
    (said,) = run(f"crop {box} 1.2 1 1")
    with pytest.raises(DataError) as error:
        apply("crop", Frame(PHOTO, tuple(map(float, box.split()))))
    assert said.partition(":")[2] == str(error.value).partition(":")[2]


@pytest.mark.parametrize("size", [(3, 3), (16, 9), (40, 40)])
@pytest.mark.parametrize("channels", [1, 3])
def test_resize(run, tmp_path, size, channels):
    photo = np.ascontiguousarray(PHOTO[..., :channels])
    words = image_words(photo, tmp_path)
    lines = run(*(f"resize {words} {name} {size[0]} {size[1]}" for name in INTERPOLATIONS))
    for name, line in zip(INTERPOLATIONS, lines, strict=True):
        frame = Frame(photo, BOX, REGION)
        expected = apply("resize", frame, size=list(size), interpolation=name).image_hwc
        np.testing.assert_array_equal(numbers(line), expected.ravel())


@pytest.mark.parametrize(
    ("step", "word", "given"),
    [
        ("stretch", "", {}),
        ("center_crop", 17, {"short_side": 17}),
        ("center_crop_of_sides", "18 20", {"sides": [18, 20]}),
        ("letterbox", "center either", {"place": "center"}),
        ("letterbox", "top-left either", {"place": "top-left"}),
        ("letterbox", "top-left height", {"place": "top-left", "fill": "height"}),
        ("letterbox", "center width", {"fill": "width"}),
    ],
)
def test_a_box_is_fitted_into_the_input(run, tmp_path, step, word, given):
    words = image_words(PHOTO, tmp_path)
    sizes = [(3, 3), (16, 9), (5, 17)]
    lines = run(*(f"{step} {words} area {height} {width} {word}" for height, width in sizes))
    for size, line in zip(sizes, lines, strict=True):
        frame, name = Frame(PHOTO, (-3.5, 2.25, 20.0, 14.0)), step.removesuffix("_of_sides")
        given = {**given, **({"padding": [0, 10, 20]} if step == "letterbox" else {})}
        expected = apply(name, frame, size=list(size), interpolation="area", **given)
        assert numbers(line)[:4].tolist() == list(astuple(expected.region))
        np.testing.assert_array_equal(numbers(line)[4:], expected.image_hwc.ravel())


def test_colours(run, tmp_path):
    photo = image_words(PHOTO, tmp_path)
    gray, rgb, bgr = run(f"gray {photo}", f"color {photo} rgb", f"color {photo} bgr")
    frame = Frame(PHOTO, BOX)
    np.testing.assert_array_equal(numbers(gray), apply("gray", frame).image_hwc.ravel())
    np.testing.assert_array_equal(numbers(rgb), PHOTO.ravel())
    np.testing.assert_array_equal(numbers(bgr), PHOTO[..., ::-1].ravel())


@pytest.mark.parametrize("picture", ["noise", "dark", "two levels", "one level"])
def test_grey_levels(run, tmp_path, picture):
    noise = PHOTO[..., :1]
    flat = np.full_like(noise, 7)
    pictures = {"noise": noise, "dark": noise // 9, "two levels": noise // 255, "one level": flat}
    image = np.ascontiguousarray(pictures[picture])
    words, cuts = image_words(image, tmp_path), (0, 1, 17, 49)
    equalized, *stretched = run(f"equalize {words}", *(f"contrast {words} {n}" for n in cuts))
    frame = Frame(image, BOX)
    np.testing.assert_array_equal(numbers(equalized), apply("equalize", frame).image_hwc.ravel())
    for n, line in zip(cuts, stretched, strict=True):
        expected = apply("contrast", frame, cut_percent=n).image_hwc
        np.testing.assert_array_equal(numbers(line), expected.ravel())


@pytest.mark.parametrize("mean", [[0.1, 128.0, 3.7], [128.0, 128.0, 128.0]])
def test_normalize(run, tmp_path, mean):
    std = [58.395, 128.0, 0.3]
    words = " ".join(map(str, (*mean, *std)))
    (line,) = run(f"normalize {image_words(PHOTO, tmp_path)} {words}")
    expected = apply("normalize", Frame(PHOTO, BOX), mean=mean, std=std).input_chw
    np.testing.assert_array_equal(numbers(line).astype(np.float32), expected.ravel())


@pytest.mark.parametrize("mean", [[], [[0.25, 0.75], [0.1, 0.9]]])
@pytest.mark.parametrize("order", ["xyxy", "xxyy", "yxyx", "yyxx"])
def test_landmarks(run, mean, order):
    output = np.array([0.125, 0.3, -0.2, 1.1, 0.7, 0.1])
    (line,) = run(f"landmarks {order} " + " ".join(map(str, (*output, *np.ravel(mean)))))
    step = registry.load("step", "landmarks")
    form = {"mean": mean, "order": order, "numbers": 3, "normalized": not mean}
    given = step.complete({"output": "out", "count": 2, **form})
    frame = Frame(np.zeros((12, 48, 1), np.uint8), BOX, REGION)
    value = step.apply({"out": output}, frame, given)["landmarks"]
    np.testing.assert_array_equal(numbers(line), value.ravel())


def test_vectors(run):
    scores = np.concatenate([RNG.normal(0, 30, 40), [3.0, 3.0, 0.0, -0.0, -900.0]])
    words = " ".join(map(repr, scores.tolist()))
    odds, unit, ranked = run(f"softmax {words}", f"embedding {words}", f"top_k {words}")
    for name, line, value in (("softmax", odds, "probabilities"), ("embedding", unit, "embedding")):
        step = registry.load("step", name)
        expected = step.apply({"out": scores}, Frame(PHOTO, BOX), {"output": "out"})[value]
        np.testing.assert_array_equal(numbers(line), expected)
    labels = [f"<{i}>" for i in range(len(scores))]
    given = {"output": "out", "count": len(scores), "labels": labels}
    top = registry.load("step", "top_k").apply({"out": scores}, Frame(PHOTO, BOX), given)
    *found, texts = ranked.split()
    expected = [*top["top_scores"], *top["top_classes"]]
    np.testing.assert_array_equal(np.array(found, np.float64), expected)
    assert texts == "".join(top["top_labels"])


@pytest.mark.parametrize(("layout", "count"), [("ibug68", 68), ("wflw98", 98)])
def test_aspect_ratios(run, layout, count):
    points = RNG.uniform(0, 100, (count, 2))
    (line,) = run(f"aspect_ratios {layout} " + " ".join(map(repr, points.ravel().tolist())))
    step = registry.load("step", "aspect_ratios")
    values = step.apply({"landmarks": points}, Frame(PHOTO, BOX), {"layout": layout})
    expected = [float(values[name]) for name in ("ear_left", "ear_right", "ear", "mar")]
    np.testing.assert_allclose(numbers(line), expected, rtol=1e-12)


def test_a_face_is_followed_until_it_is_lost(run):
    lines = ("track 10 20 40 30 25 60", "track 10 10 12 12", "track 90 90 150 150", "track")
    seen, tiny, outside, nothing, whole = run(*lines, "track_nothing")
    assert json.loads(f"[{seen.replace(' ', ', ')}]") == [10.5, 20.5, 30.0, 40.0]
    assert tiny == outside == nothing == "20.0 20.0 60.0 60.0"
    assert whole == "0.0 0.0 100.0 100.0"
