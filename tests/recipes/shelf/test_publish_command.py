"""Publishing writes the card beside the hubs, and with a training the weights before it."""

import json

import pytest
from click.testing import CliRunner

from recipes.shelf import publish_command as module
from recipes.shelf.publish_command import publish_command


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Return published(*words): runs the command in a folder, and returns what it did there."""
    (tmp_path / "net.training.json").write_text(json.dumps({"epochs": 3}))
    done = []
    monkeypatch.setattr(module, "keep_weights", lambda *words: done.append("weights") or words[0])
    monkeypatch.setattr(module, "publish_float", lambda *words: done.append("hub"))  # noqa: ARG005
    monkeypatch.setattr(module, "measure", lambda recipe, data: done.append(str(data)) or recipe)
    monkeypatch.setattr(module, "write_accuracy", lambda *words: done.append("accuracy"))  # noqa: ARG005
    monkeypatch.setattr(module, "parameters", lambda recipe: 7)  # noqa: ARG005

    def card(variant, measured, training, parameters):
        return f"{variant} {measured} {training['epochs']} epochs {parameters} parameters"

    def run(*words):
        command = publish_command({"net": "wide"}, str.upper, card, tmp_path)
        found = CliRunner().invoke(command, words)
        return found.exit_code, done, tmp_path / "net.md"

    return run


def test_accuracy_and_card_are_written_again(published):
    status, done, card = published("net", "faces")
    assert (status, done) == (0, ["faces", "accuracy"])
    assert card.read_text() == "wide WIDE 3 epochs 7 parameters"


def test_a_training_is_published_before_it_is_measured(published):
    status, done, _ = published("net", "faces", "runs/net")
    assert (status, done) == (0, ["weights", "hub", "faces", "accuracy"])


def test_an_unknown_model_is_refused(published):
    status, done, card = published("nut", "faces")
    assert (status, done, card.exists()) == (2, [], False)
