"""The example in examples/classifier, as a reader follows it."""

import pytest
from example_folder import built_and_run, copied, printed, reference, zoo
from PIL import Image

from zoo.contract import Contract

COLOURS = {"yellow": (220, 200, 30), "cyan": (0, 190, 220), "black": (20, 30, 10)}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    return copied("classifier", "colours", tmp_path, monkeypatch)


def test_the_first_contract_has_the_examples_steps(folder):
    zoo("contract", "init", "colours.onnx", "--out", "first.toml")
    first, final = (Contract.from_toml(folder / name) for name in ("first.toml", "contract.toml"))
    assert (first.input, first.outputs) == (final.input, final.outputs)
    assert [step.name for step in first.post] == [step.name for step in final.post]


@pytest.mark.usefixtures("folder")
def test_the_contract_fits():
    assert "top_labels     str [2]" in zoo("contract", "check", "contract.toml", "colours.onnx")


@pytest.mark.parametrize("name", COLOURS)
def test_colours_are_named(folder, name):
    Image.new("RGB", (90, 70), COLOURS[name]).save("photo.png")
    values = reference("colours", folder / "photo.png")
    assert values["top_labels"][0] == name
    assert values["top_scores"][0] > 0.9


@pytest.mark.toolchain
@pytest.mark.usefixtures("folder")
def test_the_program_names_a_yellow_picture():
    Image.new("RGB", (90, 70), COLOURS["yellow"]).save("photo.png")
    record, _ = built_and_run("colours", "photo.png")
    assert record["top_labels"] == ["yellow", "red"]
    assert record["top_classes"] == [6, 4]
    assert {name: record[name] for name in printed()} == printed()
