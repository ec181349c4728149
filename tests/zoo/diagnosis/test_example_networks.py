"""The example networks of the tutorials can be diagnosed as they are."""

import json

import pytest
from diagnosed import write_pictures
from example_folder import copied, zoo


@pytest.mark.parametrize(
    ("example", "network", "output"),
    [("classifier", "colours", "logits"), ("detector", "balls", "cells")],
)
def test_an_example_is_diagnosed(example, network, output, tmp_path, monkeypatch):
    folder = copied(example, network, tmp_path, monkeypatch)
    write_pictures(folder / "photos")
    data = ("--contract", "contract.toml", "--images", "photos")
    found = zoo("diagnose", f"{network}.onnx", *data, "--target", "x86", "--json")
    assert output in json.loads(found[found.index("{") :])["losses"]
