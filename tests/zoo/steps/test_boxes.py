"""Boxes of detectors of many families, against a definition cell by cell."""

import itertools
import math

import numpy as np
import pytest
from box_cases import CASES, SIDES, contract_of, shapes_of
from cpp_post import cpp_post
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo.data.processing import consumed, postprocess, value_specs
from zoo.detections import Limits, candidates, detect
from zoo.errors import RecipeError
from zoo.registry import load
from zoo.step import Frame, Region, ValueSpec

FRAME = Frame(
    np.zeros((*SIDES, 3), np.uint8), (0, 0, 640, 480), Region(-700, 300, 640 * 256, 480 * 256)
)


def parameters_of(name, number=0):
    step = CASES[name][number]
    return load("step", step.name).complete(step.parameters)


def outputs_of(name, seed, odd=0.0):
    """Return outputs around 0; odd: the fraction of strange numbers."""
    random = np.random.default_rng(seed)
    outputs = {}
    for output, shape in shapes_of(name).items():
        numbers = np.round(random.normal(0, 2, shape) * 4) / 4  # many are equal
        strange = random.random(shape) < odd
        numbers[strange] = random.choice([np.nan, np.inf, -np.inf, -0.0, 1e30, 90], strange.sum())
        outputs[output] = numbers.astype(np.float32)
    return outputs


def run(name, outputs):
    values = dict(outputs)
    for number, step in enumerate(CASES[name]):
        plugin = load("step", step.name)
        values |= plugin.apply(values, FRAME, parameters_of(name, number))
    return values


def sigma(x):
    return 1 / (1 + math.exp(-x)) if x > -700 else 0.0


def numbers_at(output, channels, location, k):
    """Return channel k of location (level's cells, first row, cell row, column, anchor)."""
    _, columns, first, row, column, anchor, anchors = location
    cell = row * columns + column
    if channels == "first" and output.ndim == 3:
        return output[anchor * (output.shape[0] // anchors) + k, row, column]
    if channels == "first":
        return output[k, first + cell * anchors + anchor]
    if output.ndim == 4:
        return output[anchor, row, column, k]
    flat = output.reshape(-1, output.shape[-1])
    if output.ndim == 3:  # rows, columns, anchors and channels in one
        return output[row, column, anchor * (output.shape[-1] // anchors) + k]
    return flat[first + cell * anchors + anchor, k]


def locations(given, outputs):
    """Yield level, stride, anchor's size and location of each place."""
    first = 0
    if not given["strides"]:
        shape = outputs[given["boxes"][0]].shape
        n = shape[-1] if given["channels"] == "first" else shape[0]
        yield from ((0, 1, (1, 1), (1, n, 0, 0, i, 0, 1)) for i in range(n))
    for number, stride in enumerate(given["strides"]):
        rows, columns = (round(side / stride + 0.49) for side in SIDES)
        sizes = given["anchors"][number] if given["anchors"] else [[stride, stride]]
        is_own = len(given["boxes"]) > 1
        for r, c in itertools.product(range(rows), range(columns)):
            for a, size in enumerate(sizes):
                place = (rows, columns, 0 if is_own else first, r, c, a, len(sizes))
                yield number, stride, size, place
        first += rows * columns * len(sizes)


def edges(given, v, stride, size, place):
    """Return x0 y0 x1 y1 in pixels."""
    *_, row, column, _, _ = place
    if given["order"] == "yx":
        v = [v[1], v[0], v[3], v[2]]
    if given["coding"] in ("corners", "center_size"):
        units = [SIDES[1], SIDES[0]] * 2 if given["normalized"] else [1] * 4
        v = [number * unit for number, unit in zip(v, units, strict=True)]
        if given["coding"] == "corners":
            return v
        return [v[0] - v[2] / 2, v[1] - v[3] / 2, v[0] + v[2] / 2, v[1] + v[3] / 2]
    pitch = (stride, stride)
    if given["grid"] == "even":
        pitch = (SIDES[1] / place[1], SIDES[0] / place[0])
    x, y = ((i + given["offset"]) * p for i, p in zip((column, row), pitch, strict=True))
    if given["coding"] == "distance_bins":
        bins = np.array(v, np.float64).reshape(4, -1)
        odds = np.exp(bins - bins.max(1, keepdims=True))
        v = list((odds * np.arange(bins.shape[1])).sum(1) / odds.sum(1))
    if given["coding"] in ("distances", "distance_bins"):
        left, top, right, bottom = (max(side * stride, 0) for side in v)
        return [x - left, y - top, x + right, y + bottom]
    place_of, size_of = {
        "ssd": (
            lambda t, a: given["variances"][0] * t * a,
            lambda t, a: math.exp(min(given["variances"][1] * t, 16)) * a,
        ),
        "blazeface": (lambda t, a: t * a, lambda t, a: t * a),
        "yolov3": (lambda t, _: (sigma(t) - 0.5) * stride, lambda t, a: math.exp(t) * a),
        "yolov5": (
            lambda t, _: (2 * sigma(t) - 0.5) * stride - stride / 2,
            lambda t, a: (2 * sigma(t)) ** 2 * a,
        ),
    }[given["coding"]]
    x, y = x + place_of(v[0], size[0]), y + place_of(v[1], size[1])
    w, h = size_of(v[2], size[0]), size_of(v[3], size[1])
    return [x - w / 2, y - h / 2, x + w / 2, y + h / 2]


def point(given, v, stride, size, place):
    """Return x y of a key point in pixels."""
    *_, row, column, _, _ = place
    v = v[1::-1] if given["order"] == "yx" else v[:2]
    if given["coding"] in ("corners", "center_size"):
        return list(v)
    cell = [(i + given["offset"]) * stride for i in (column, row)]
    return [
        {
            "ssd": at + given["variances"][0] * t * side,
            "blazeface": at + t * side,
            "yolov5": at - stride / 2 + t * side,
            "distances": at + t * stride,
            "distance_bins": (t * 2 + (at / stride - 0.5)) * stride,
        }[given["coding"]]
        for at, t, side in zip(cell, v, size, strict=True)
    ]


def score_of(given, raw, objectness):
    """Return the best class without background, and its score."""
    first = 1 if given["background"] == "first" else 0
    objects = raw[first : len(raw) - (given["background"] == "last")]
    best = max(range(len(objects)), key=lambda k: (objects[k], -k))
    score = objects[best]
    if given["activation"] == "sigmoid":
        score, objectness = sigma(score), sigma(objectness)
    if given["activation"] == "softmax":
        score = 1 / sum(math.exp(min(x - score, 700)) for x in raw)
    if given["objectness_channel"] >= 0:
        score *= objectness
        if given["combine"] == "geometric_mean":
            score = math.sqrt(score) if score >= 0 else math.nan
    return best, score


def by_definition(name, outputs):
    """Yield score, class, edges and key points of each candidate, in order."""
    given = parameters_of(name)

    def read(kind, level, place, channel, count=0):
        names = given[kind]
        output = outputs[names[level] if len(names) > 1 else names[0]]
        total = {"first": output.shape[0], "last": output.shape[-1]}[given["channels"]]
        per_anchor = total // place[-1] if output.ndim == 3 else total
        ks = range(channel, channel + count if count else per_anchor)
        return [float(numbers_at(output, given["channels"], place, k)) for k in ks]

    for level, stride, size, place in locations(given, outputs):
        objectness = math.nan
        if given["objectness_channel"] >= 0:
            (objectness,) = read("objectness", level, place, given["objectness_channel"], 1)
        raw = read("scores", level, place, given["score_channel"], given["classes"])
        best, score = score_of(given, raw, objectness)
        if score >= given["threshold"]:
            wide = 4 * given["bins"] if given["coding"] == "distance_bins" else 4
            v = read("boxes", level, place, given["box_channel"], wide)
            each = given["keypoint_numbers"]
            points = [
                point(given, read("keypoints", level, place, k, each), stride, size, place)
                for k in range(
                    given["keypoint_channel"],
                    given["keypoint_channel"] + given["keypoint_count"] * each,
                    each,
                )
            ]
            yield score, best, edges(given, v, stride, size, place), points


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1))
def test_candidates_equal_the_definition(name, seed):
    outputs = outputs_of(name, seed)
    found = run(name, outputs)
    expected = list(by_definition(name, outputs))
    assert len(found["candidate_scores"]) == len(expected)
    scores, classes, boxes, points = zip(*expected, strict=True) if expected else ([],) * 4
    np.testing.assert_allclose(found["candidate_scores"], scores, rtol=1e-12)
    assert found["candidate_classes"].tolist() == list(classes)
    x0, y0, x1, y1 = np.array(boxes).reshape(-1, 4).T
    ordered = np.stack([x0, y0, np.maximum(x0, x1), np.maximum(y0, y1)], axis=1)
    limited = np.clip(ordered, -65536, 65536)
    np.testing.assert_allclose(found["candidate_boxes"] / 256, limited, atol=0.6 / 256)
    if count := parameters_of(name)["keypoint_count"]:
        points = np.array(points).reshape(-1, count, 2)
        np.testing.assert_allclose(found["candidate_keypoints"] / 256, points, atol=0.6 / 256)


@given(st.integers(0, 2**32 - 1))
def test_maps_of_faces_have_one_definition(seed):
    outputs = outputs_of("maps", seed, odd=0.02)
    maps = list(outputs.values())
    found, expected = run("maps", outputs), candidates(maps, (8, 16, 32), 0.0)
    np.testing.assert_array_equal(found["candidate_boxes"], expected.boxes_q8)
    faces = detect(maps, (8, 16, 32), 0.0, Limits())
    assert len(found["boxes"]) == faces.count


@pytest.fixture(scope="module")
def cpp(tmp_path_factory):
    return cpp_post(tmp_path_factory, "boxes", CASES)


@pytest.mark.toolchain
@pytest.mark.parametrize("name", CASES)
@settings(max_examples=20)
@given(seed=st.integers(0, 2**32 - 1), odd=st.sampled_from([0.0, 0.05, 0.5]))
def test_cpp_equals_numpy(cpp, name, seed, odd):
    outputs = outputs_of(name, seed, odd)
    expected, found = run(name, outputs), cpp.run(name, outputs, FRAME)
    assert set(found) == set(expected)
    for value, numbers in expected.items():
        np.testing.assert_array_equal(found[value], numbers, err_msg=value)
        assert found[value].shape == numbers.shape


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"coding": "yolo5"}, "coding is 'yolo5'; did you mean yolov"),
        ({"boxes": "p8"}, "boxes is 'p8'; expected a list of texts"),
        ({"boxes": []}, r"boxes is \[\]; expected an output or more"),
        ({"bins": 1}, "bins is 1; expected an integer of at least 2"),
        ({"threshold": "high"}, "threshold is 'high'; expected a number"),
        ({"variances": [0.1]}, r"variances is \[0.1\]; expected two numbers"),
        ({"normalized": 1}, "normalized is 1; expected true or false"),
        ({"strides": []}, r"strides is \[\]; expected a number above 0 for each level"),
        ({"strides": [8, -16]}, "a number above 0 for each level"),
        ({"boxes": ["a", "b", "c"]}, "one output, or one for each of 2 levels"),
        ({"anchors": [[[1, 1]]]}, r"for each of 2 levels a list of \[width, height\]"),
        ({"anchors": [[[1, 1]], [[1]]]}, r"for each of 2 levels a list of \[width, height\]"),
        ({"activation": "softmax"}, "expected none or sigmoid beside an objectness"),
        ({"coding": "corners"}, "no strides or anchors with coding 'corners'"),
        ({"keypoints": "kps"}, "keypoints is 'kps'; expected a list of texts"),
        ({"keypoint_numbers": 1}, "keypoint_numbers is 1; expected an integer of at least 2"),
        (
            {"keypoints": ["kps8", "kps16"]},
            "keypoint_count is 0; expected the number of key points of a box, as keypoints is",
        ),
        ({"keypoint_channel": 6}, "keypoint_count is 0; .*, as keypoint_channel is given"),
        ({"keypoint_numbers": 3}, "keypoint_count is 0; .*, as keypoint_numbers is given"),
        (
            {"keypoint_count": 5, "keypoint_channel": 6},
            "classes is 0; expected the number of classes",
        ),
    ],
)
def test_impossible_parameters_are_refused(change, message):
    given = {**CASES["yolov5"][0].parameters, **change}
    with pytest.raises(RecipeError, match=f"contract step 'boxes': .*{message}"):
        load("step", "boxes").complete(given)


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("yolov5", {"strides": [8, 32]}, r"'p16' is \[3, 3, 4, 8\], which does not fit channels ="),
        ("yolov5", {"channels": "first"}, r"\(6x8 cells, 3 anchors; 144 locations together\)"),
        ("yolov8", {"score_channel": 7}, "'out' has 7 channels; scores are 1 from channel 7 on"),
        ("maps", {"box_channel": 2}, "'m8' has 5 channels; boxes are 4 from channel 2 on"),
        ("ssd", {"labels": ["a"]}, "has 3 classes without the background, and there are 1 labels"),
        ("maps", {"background": "last"}, "has 0 classes without the background"),
    ],
)
def test_outputs_of_another_form_are_refused(name, change, message):
    plugin = load("step", "boxes")
    given = plugin.complete({**CASES[name][0].parameters, **change})
    with pytest.raises(RecipeError, match=message):
        plugin.apply(outputs_of(name, 0), FRAME, given)


def test_an_absent_output_is_named():
    known = {"p8": ValueSpec((3, 6, 8, 8), "float32"), "p16": ValueSpec((9,), "str")}
    with pytest.raises(RecipeError, match=r"'p16' is str \[9\]; expected outputs of numbers: p8"):
        load("step", "boxes").adds(known, parameters_of("yolov5"))


def test_the_record_has_boxes_but_no_maps():
    assert set(value_specs(contract_of("ssd"))) == {"boxes", "scores", "classes", "labels"}
    assert value_specs(contract_of("blazeface"))["keypoints"] == ValueSpec((None, 6, 2))
    assert consumed(contract_of("yolov8")) == (
        "out",
        "candidate_boxes",
        "candidate_scores",
        "candidate_classes",
    )


def test_key_points_are_places_in_the_photo():
    step, region = load("step", "nms"), Region(512, -256, 64 * 512, 48 * 256)
    values = {
        "candidate_boxes": np.array([[0, 0, 2560, 2560], [2560, 0, 5120, 2560]]),
        "candidate_scores": np.array([0.5, 0.75]),
        "candidate_classes": np.zeros(2, np.int64),
        "candidate_keypoints": np.array([[[256, 0], [0, 0]], [[2560, 512], [3072, 128]]]),
    }
    frame = Frame(np.zeros((48, 64, 3), np.uint8), (0, 0, 1, 1), region)
    found = step.apply(values, frame, step.complete({}))
    # An input pixel is 2 photo pixels wide and 1 high; pixel i of a point lies at i.
    expected = np.array([[[22, 1], [26, -0.5]], [[4, -1], [2, -1]]]) - 0.5
    np.testing.assert_array_equal(found["keypoints"], expected)


def test_an_output_called_boxes_gives_way_to_the_result():
    found = postprocess(contract_of("corners"), outputs_of("corners", 0), FRAME)
    assert found["boxes"].dtype == np.float64
    assert set(found) == {"boxes", "scores", "classes"}
