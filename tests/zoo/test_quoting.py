"""What people see of text that anybody may have written."""

import pytest

from zoo.quoting import terminal


@pytest.mark.parametrize(
    "text", ["as it is", "\ta line\nand more", "/".join(["x" * 255] * 16), "two words " * 700]
)
def test_text_and_paths_of_any_length_stay(text):
    assert terminal(text) == text


def test_control_codes_are_seen():
    assert terminal("\x1b[31m\u202e") == "\\x1b[31m\\u202e"


def test_a_long_word_is_shortened_where_it_stands():
    found = terminal(f"label '{'x' * 100_000}': give a shorter one")
    assert len(found) < 400
    assert found.startswith("label 'xxx")
    assert found.endswith("xxx': (100,003 characters) give a shorter one")


def test_a_long_line_is_shortened_and_the_next_one_is_not():
    first, second = terminal(f"{'no end ' * 20_000}\nwhat to do").split("\n")
    assert len(first) < 300
    assert first.endswith("no end  (140,000 characters)")
    assert second == "what to do"
