"""A published network in 16-bit formats."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from recipes.shelf import word_lengths
from recipes.shelf.word_lengths import PAPER, main, measure
from zoo import registry
from zoo.errors import UsageError

MakeFaces = Callable[..., Path]
MODEL = "pfld_0.25x.300w68"
METRIC = "nme_interocular_percent"


def test_float16_is_nearest_to_the_float_network(make_faces: MakeFaces) -> None:
    found = dict(measure(registry.load("recipe", MODEL), make_faces(2)))
    assert list(found) == list(PAPER)
    nme = {name: result.metrics[METRIC] for name, result in found.items()}
    half, *fixed = (abs(value - nme["float32"]) for value in list(nme.values())[1:])
    assert 0 < half < min(fixed)


def test_the_command_writes_a_line_for_each_format(make_faces: MakeFaces) -> None:
    lines = CliRunner().invoke(main, [MODEL, str(make_faces(1))]).output.splitlines()
    assert lines[0].startswith("| format | nme_interocular_percent |")
    assert [line.split(" | ")[0] for line in lines[2:]] == [f"| {name}" for name in PAPER]
    assert lines[-1].endswith("| 0.027 |")


def test_a_model_without_weights_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = replace(registry.load("recipe", MODEL), hubs={})
    monkeypatch.setattr(word_lengths.registry, "load", lambda *_: bare)
    with pytest.raises(UsageError, match="mine: has no float hub; publish it first"):
        CliRunner().invoke(main, ["mine", "data"], catch_exceptions=False)
