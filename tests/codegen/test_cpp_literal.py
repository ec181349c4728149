"""C++ literals, and calls of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.cpp_literal import call, literal
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


def test_short_call_is_one_line():
    assert call("resize", ["frame"], [[112, 112], "x"]) == ('resize(frame, {112, 112}, "x");',)


def test_call_without_parameters():
    assert call("gray", ["frame"], []) == ("gray(frame);",)


def test_long_call_is_filled():
    texts = ["t" * 30, "u" * 30, "v" * 30]
    assert call("pick", ["values", "frame"], texts) == (
        f'pick(values, frame, "{"t" * 30}", "{"u" * 30}",',
        f'     "{"v" * 30}");',
    )


def test_long_table_has_a_line_for_each_row():
    rows = [[float(n), -1.5, 100.25] for n in range(6)]
    assert call("pose", ["values"], [[1, 2], rows, 3]) == (
        "pose(values, {1, 2},",
        "     {",
        *(f"         {{{row}.0, -1.5, 100.25}}," for row in range(6)),
        "     }, 3);",
    )
