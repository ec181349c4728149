"""The example in examples/segmentation, as a reader follows it."""

import numpy as np
import pytest
from example_folder import built_and_run, copied, printed, reference, zoo
from PIL import Image, ImageDraw

from zoo.contract import Contract

SKY, GRASS = (120, 170, 235), (70, 150, 50)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The example, with a photo of sky, a grey wall and grass."""
    folder = copied("segmentation", "landscape", tmp_path, monkeypatch)
    photo = Image.new("RGB", (480, 360), (200, 200, 190))
    draw = ImageDraw.Draw(photo)
    draw.rectangle((0, 0, 479, 149), fill=SKY)
    draw.rectangle((0, 220, 479, 359), fill=GRASS)
    photo.save(folder / "photo.png")
    return folder


def test_the_first_contract_has_the_examples_steps(folder):
    zoo("contract", "init", "landscape.onnx", "--out", "first.toml")
    first, final = (Contract.from_toml(folder / name) for name in ("first.toml", "contract.toml"))
    assert (first.input, first.outputs) == (final.input, final.outputs)
    assert [step.name for step in first.post] == [step.name for step in final.post]


@pytest.mark.usefixtures("folder")
def test_the_contract_fits():
    said = zoo("contract", "check", "contract.toml", "landscape.onnx")
    assert "int64 [N, 2]" in said
    assert "maps" not in said


def test_sky_and_grass_are_found(folder):
    values = reference("landscape", folder / "photo.png")
    mask = np.repeat(*values["mask"].T).reshape(values["mask_size"])
    assert mask.shape == (360, 480)
    assert (mask[:145] == 1).all()
    assert (mask[155:215] == 0).all()
    assert (mask[225:] == 2).all()
    assert values["mask_labels"].tolist() == ["other", "sky", "grass"]


@pytest.mark.toolchain
@pytest.mark.usefixtures("folder")
def test_the_program_draws_the_classes():
    record, seen = built_and_run("landscape", "photo.png")
    assert {name: record[name] for name in printed()} == printed()
    np.testing.assert_allclose(seen[100, 240], [80, 140, 245], atol=1)  # half sky, half its colour
    assert seen[180, 240].tolist() == [200, 200, 190]
    np.testing.assert_allclose(seen[300, 400], [35, 165, 25], atol=1)
