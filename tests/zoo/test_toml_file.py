"""What is not TOML says so."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoo.errors import RecipeError
from zoo.toml_file import read_toml, written_toml

SCALARS = st.text() | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.floats(-1e300, 1e300)
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(), v, max_size=3)
)


@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_what_is_written_is_read(data):
    assert tomllib.loads(written_toml(data)) == data


def test_null_is_left_out():
    assert tomllib.loads(written_toml({"a": {"b": None, "c": 1}})) == {"a": {"c": 1}}


def test_a_file_is_read(tmp_path):
    file = tmp_path / "a.toml"
    file.write_text("[a]\nb = 'ü'\n", "utf-8")
    assert read_toml(file, "chain") == {"a": {"b": "ü"}}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = ", "not TOML"),
        (b"\0", "not TOML"),
        (b"\xff", "cannot read the chain"),
        (b"a = " + b"1" * 5000, "not TOML"),
        (b"a = " + b"[" * 5000, "not TOML"),
        (b"a = " + b"{a = " * 5000, "not TOML"),
    ],
)
def test_other_content_is_refused(tmp_path, content, message):
    file = tmp_path / "a.toml"
    file.write_bytes(content)
    with pytest.raises(RecipeError, match=rf"a\.toml: {message}"):
        read_toml(file, "chain")


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(RecipeError, match="cannot read the contract"):
        read_toml(tmp_path, "contract")
