"""The example in examples/detector, as a reader follows it."""

import numpy as np
import pytest
from example_folder import built_and_run, copied, printed, reference, zoo
from PIL import Image, ImageDraw

RED, BLUE, GREEN = (210, 40, 30), (30, 50, 200), (60, 255, 90)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The example, with a photo of a red disc, a smaller one and a blue rectangle."""
    folder = copied("detector", "balls", tmp_path, monkeypatch)
    photo = Image.new("RGB", (480, 360), (200, 200, 190))
    draw = ImageDraw.Draw(photo)
    draw.ellipse((60, 80, 180, 200), fill=RED)
    draw.rectangle((300, 150, 399, 309), fill=BLUE)
    draw.ellipse((330, 30, 380, 80), fill=RED)
    photo.save(folder / "photo.png")
    return folder


@pytest.mark.usefixtures("folder")
def test_the_contract_fits():
    said = zoo("contract", "check", "contract.toml", "balls.onnx")
    assert "boxes" in said
    assert "float64 [N, 4]" in said
    assert "cells" not in said


def test_things_are_found(folder):
    values = reference("balls", folder / "photo.png")
    assert values["labels"].tolist() == ["blue", "red", "red"]
    expected = [[300, 150, 100, 160], [330, 30, 50, 50], [60, 80, 120, 120]]
    np.testing.assert_allclose(values["boxes"], expected, atol=5)
    assert (values["scores"] > 0.8).all()


def test_a_photo_without_things_has_no_boxes(folder):
    Image.new("RGB", (480, 360), (200, 200, 190)).save("empty.png")
    values = reference("balls", folder / "empty.png")
    assert values["boxes"].shape == (0, 4)
    assert values["labels"].tolist() == []


@pytest.mark.toolchain
@pytest.mark.usefixtures("folder")
def test_the_program_draws_what_it_finds():
    record, seen = built_and_run("balls", "photo.png")
    assert {name: record[name] for name in printed()} == printed()
    for x, y, width, height in record["boxes"]:
        left = seen[int(y) + 30 : int(y + height) - 4, int(x)]
        assert (left == GREEN).all(-1).mean() > 0.9
        label = seen[int(y) : int(y) + 20, int(x) : int(x + width)]
        assert (label == 255).all(-1).sum() > 20
