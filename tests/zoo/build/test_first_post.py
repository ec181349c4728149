"""Guesses of what follows a network fit its outputs, and say that they are guesses."""

from types import SimpleNamespace

import pytest

from zoo.build.file_notes import FileNotes
from zoo.build.first_post import first_post
from zoo.contract import Contract
from zoo.data.processing import rehearse, value_specs

PRE = """pre = [
    {name = "stretch", size = [HEIGHT, WIDTH]},
    {name = "normalize", mean = [0, 0, 0], std = [255, 255, 255]},
]
"""
CELLS = {8: 240, 16: 60, 32: 15}
YUNET = {
    f"{kind}_{stride}": (cells, width)
    for kind, width in (("cls", 1), ("obj", 1), ("bbox", 4))
    for stride, cells in CELLS.items()
}
YUNET_POINTS = {f"kps_{stride}": (cells, 10) for stride, cells in CELLS.items()}
COCO_MAPS = {"p3": (255, 12, 20), "p4": (255, 6, 10), "p5": (255, 3, 5)}


def guessed(folder, outputs, size=(96, 160), last="conv", notes=None):
    """Return the first contract of a network with outputs, and its lines after the network."""
    height, width = size
    graph = SimpleNamespace(
        outputs=tuple(outputs),
        tensors={name: SimpleNamespace(shape=(1, *shape)) for name, shape in outputs.items()},
        nodes=[SimpleNamespace(output=name, op=last) for name in outputs],
    )
    lines = list(first_post(graph, size, notes).lines)
    specs = ", ".join(f'{{name = "{n}", shape = {list(s)}}}' for n, s in outputs.items())
    (folder / "first.toml").write_text(
        f'input = {{name = "image", shape = [3, {height}, {width}]}}\noutputs = [{specs}]\n'
        + PRE.replace("HEIGHT", str(height)).replace("WIDTH", str(width))
        + "\n".join(lines)
    )
    return Contract.from_toml(folder / "first.toml"), lines


def test_the_key_points_of_yunet_are_read_where_they_are_there(tmp_path):
    contract, _ = guessed(tmp_path, {**YUNET, **YUNET_POINTS})
    assert contract.post[0].parameters["keypoint_count"] == 5
    assert value_specs(contract).keys() == {"boxes", "scores", "classes", "keypoints"}


@pytest.mark.parametrize(
    ("outputs", "coding", "guess"),
    [
        ({"output0": (84, 315)}, "center_size", "YOLOv8, decoded, 80 classes"),
        ({"out": (945, 7)}, "center_size", "YOLOv5, decoded, 2 classes"),
        (COCO_MAPS, "yolov5", "YOLOv5, raw, 80 classes"),
        ({n: (144, *s[1:]) for n, s in COCO_MAPS.items()}, "distance_bins", "YOLOv8, raw, 80"),
        (
            {n: (65, *s[1:]) for n, s in COCO_MAPS.items()},
            "distance_bins",
            "YOLOv8, raw, 1 classes",
        ),
        (YUNET, "ssd", "YuNet"),
        ({"scores": (4420, 2), "boxes": (4420, 4)}, "corners", "decoded corners 0..1"),
        ({"loc": (100, 4), "conf": (100, 1)}, "corners", "decoded corners 0..1"),
    ],
)
def test_detectors(tmp_path, outputs, coding, guess):
    contract, lines = guessed(tmp_path, outputs)
    assert [step.name for step in contract.post] == ["boxes", "nms"]
    assert contract.post[0].parameters["coding"] == coding
    assert f"# GUESS: {guess}" in lines[1]
    rehearse(contract)
    assert set(value_specs(contract)) == {"boxes", "scores", "classes"}


@pytest.mark.parametrize(
    ("outputs", "labels", "step"),
    [
        ({"output0": (7, 315)}, ("cat", 'a "dog"', "größer"), "boxes"),
        ({"loc": (100, 4), "conf": (100, 3)}, ("cat", "dog"), "boxes"),
        ({"out": (40, 24, 40)}, tuple(f"class number {i}" for i in range(40)), "mask"),
        ({"out": (3,)}, ("a", "b", "c"), "top_k"),
    ],
)
def test_labels_of_the_file_are_those_of_the_classes(tmp_path, outputs, labels, step):
    contract, lines = guessed(tmp_path, outputs, notes=FileNotes(labels))
    (found,) = (given for given in contract.post if given.name == step)
    assert found.parameters["labels"] == list(labels)
    assert max(map(len, lines)) < 200
    rehearse(contract)


def test_labels_of_other_classes_are_left_out(tmp_path):
    contract, lines = guessed(tmp_path, {"out": (3,)}, notes=FileNotes(("a", "b")))
    assert "    # The 2 labels of the file's metadata do not fit." in lines
    assert "labels" not in contract.post[-1].parameters


def test_key_points_of_the_file_are_no_classes(tmp_path):
    notes = FileNotes(("person",), keypoints=(17, 3))
    contract, lines = guessed(tmp_path, {"output0": (4 + 1 + 51, 315)}, notes=notes)
    assert "YOLOv8, decoded, 1 classes" in lines[1]
    assert value_specs(contract)["keypoints"].shape == (None, 17, 2)
    rehearse(contract)


def test_scores_of_characters_are_left_to_the_reader(tmp_path):
    contract, lines = guessed(tmp_path, {"out": (40, 99)}, notes=FileNotes(characters=97))
    assert (contract.post, lines[-1]) == ((), "post = []")
    assert "97 characters: the output scores them at 40 places." in lines[0]


def test_points_are_landmarks(tmp_path):
    contract, lines = guessed(tmp_path, {"landmarks": (10,)})
    assert contract.post[0].parameters == {"output": "landmarks", "count": 5}
    assert 'order = "xxyy"' in lines[2]
    rehearse(contract)


@pytest.mark.parametrize(
    ("outputs", "fits", "pixels"),
    [
        ({"output0": (84, 315)}, "whole", "0..1"),
        (YUNET, "whole", "bgr"),
        ({"loc": (100, 4), "conf": (100, 1)}, "", "imagenet"),
        ({"out": (10,)}, "", "imagenet"),
    ],
)
def test_a_family_tells_how_its_photos_were_prepared(outputs, fits, pixels):
    graph = SimpleNamespace(
        outputs=tuple(outputs),
        tensors={name: SimpleNamespace(shape=(1, *shape)) for name, shape in outputs.items()},
        nodes=[],
    )
    post = first_post(graph, (96, 160))
    assert (post.fits, post.pixels) == (fits, pixels)


@pytest.mark.parametrize(
    ("last", "classes", "activation"),
    [
        ("conv", 3, "softmax"),
        ("softmax", 3, "none"),
        ("conv", 1, "sigmoid"),
        ("sigmoid", 1, "none"),
    ],
)
def test_scores_are_not_activated_twice(tmp_path, last, classes, activation):
    contract, _ = guessed(tmp_path, {"b": (50, 4), "s": (50, classes)}, last=last)
    assert contract.post[0].parameters["activation"] == activation


@pytest.mark.parametrize(
    ("outputs", "last", "step", "given"),
    [
        ({"heatmaps": (17, 24, 40)}, "conv", "heatmap", {"output": "heatmaps"}),
        ({"out": (21, 24, 40)}, "conv", "mask", {"output": "out"}),
        ({"out": (1, 96, 160)}, "conv", "mask", {"output": "out", "threshold": 0}),
        ({"out": (1, 96, 160)}, "sigmoid", "mask", {"output": "out", "threshold": 0.5}),
        ({"out": (1000,)}, "softmax", "top_k", {"output": "out", "count": 5}),
    ],
)
def test_maps_and_vectors(tmp_path, outputs, last, step, given):
    contract, lines = guessed(tmp_path, outputs, last=last)
    (found,) = contract.post
    assert (found.name, found.parameters) == (step, given)
    assert "# GUESS: " in lines[1]
    rehearse(contract)


@pytest.mark.parametrize(
    "outputs",
    [
        {"out": (5, 7, 11)},
        {"out": (1,)},
        {"a": (10,), "b": (10,)},
        {"a": (50, 4), "b": (40, 2)},
        {"out": (84, 314)},
        {n: (s[0] - k, *s[1:]) for k, (n, s) in enumerate(COCO_MAPS.items())},
    ],
)
def test_other_outputs_stay_as_they_are(tmp_path, outputs):
    contract, lines = guessed(tmp_path, outputs)
    assert lines[-1] == "post = []"
    assert lines[0].startswith("# GUESS: no step after the network is known that fits its outputs")
    rehearse(contract)


def test_a_network_of_signals_may_be_a_classifier_only():
    shapes = {"maps": (3, 24, 40)}, {"words": (12,)}
    for outputs, expected in zip(shapes, ("post = []", None), strict=True):
        graph = SimpleNamespace(
            outputs=tuple(outputs),
            tensors={name: SimpleNamespace(shape=(1, *shape)) for name, shape in outputs.items()},
            nodes=[],
        )
        lines = first_post(graph, None).lines
        assert lines[-1] == expected if expected else "# GUESS: 12 classes" in lines[1]
