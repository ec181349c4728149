"""Constants of a contract, and the files beside it that hold their numbers."""

import re

import numpy as np
import pytest

from zoo.contract import Constant, Contract
from zoo.errors import RecipeError

CONTRACT = """
input = {{name = "image", shape = [3, 4, 4]}}
outputs = []
pre = []
constants = [{{name = "size", value = {value}}}]
"""


@pytest.fixture
def read(tmp_path):
    np.save(tmp_path / "anchors.npy", np.float32([[0.5, 2]]))
    (tmp_path / "anchors.json").write_text("[[1, 2], [3, 4]]")
    (tmp_path / "ragged.json").write_text("[[1, 2], [3]]")
    (tmp_path / "broken.npy").write_bytes(b"none")
    (tmp_path / "broken.json").write_text("[" * 100_000)
    np.save(tmp_path / "large.npy", np.zeros((400, 400)))
    np.save(tmp_path / "objects.npy", np.array([{}]), allow_pickle=True)
    (tmp_path / "link.npy").symlink_to(tmp_path / "anchors.npy")

    def from_value(value):
        path = tmp_path / "contract.toml"
        path.write_text(CONTRACT.format(value=value))
        return Contract.from_toml(path).constants

    return from_value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2", 2),
        ("true", True),
        ("[[640.0, 480.0]]", ((640.0, 480.0),)),
        ('{file = "anchors.npy"}', ((0.5, 2.0),)),
        ('{file = "anchors.json"}', ((1, 2), (3, 4))),
    ],
)
def test_numbers(read, written, value):
    assert read(written) == (Constant("size", value),)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("[[1, 2], [3]]", "constants: 'size': its lists differ in length"),
        ('"many"', "constants: 'size': holds 'many'; expected a number or nested lists of numbers"),
        ("[]", "constants: 'size': has shape [0]; a constant has 1 to 100000 numbers"),
        ('{file = "large.npy"}', "has shape [400, 400]; a constant has 1 to 100000 numbers"),
        ('{file = "ragged.json"}', "constants: 'size': its lists differ in length"),
        ('{file = "broken.npy"}', "value of constant 'size': cannot read "),
        ('{file = "objects.npy"}', "value of constant 'size': cannot read "),
        ('{file = "broken.json"}', "value of constant 'size': cannot read "),
        ('{file = "none.npy"}', "value of constant 'size': cannot read "),
        ('{file = "contract.toml"}', "contract.toml is neither .npy nor .json; give one"),
        ('{file = "../anchors.npy"}', "in '../anchors.npy'; files are read from beside the con"),
        ('{file = "link.npy"}', "in 'link.npy'; files are read from beside the contract only"),
        ("{folder = 3}", 'the only table that it can be is {file = "NAME"}, the numbers of an'),
    ],
)
def test_what_is_no_constant_is_refused(read, written, message):
    with pytest.raises(RecipeError, match=re.escape(message)):
        read(written)
