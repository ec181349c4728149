import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.cpp_literal import literal
from zoo.errors import RecipeError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (False, "false"),
        (-3, "-3"),
        (1.2, "1.2"),
        (128.0, "128.0"),
        (1e-7, "1e-07"),
        ("landmarks", '"landmarks"'),
        ('a "b" \\', r'"a \"b\" \\"'),
        ("grün", '"grün"'),
        ([112, 112], "{112, 112}"),
        ((), "{}"),
        ([[1.0, 2], ["x"]], '{{1.0, 2}, {"x"}}'),
    ],
)
def test_literals(value, expected):
    assert literal(value) == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_keep_every_digit(value):
    assert float(literal(value)) == value


@pytest.mark.parametrize("value", [None, {"a": 1}, 1 + 2j, [b"x"]])
def test_other_values_are_refused(value):
    with pytest.raises(RecipeError, match=r"cannot be written in C\+\+; numbers, texts, true"):
        literal(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_refused(value):
    with pytest.raises(RecipeError, match=r"parameter (nan|inf) cannot be written"):
        literal(value)


@pytest.mark.parametrize("text", ["a\nb", "\x00", "\u2028"])
def test_unprintable_texts_are_refused(text):
    with pytest.raises(RecipeError, match="has unprintable characters; remove them"):
        literal(text)
