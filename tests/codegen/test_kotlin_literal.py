import pytest

from codegen.kotlin_literal import COLUMNS, call, literal
from zoo.errors import RecipeError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (3, "3"),
        (1.2, "1.2"),
        (1e-05, "1e-05"),
        ('a "$b" \\', '"a \\"\\$b\\" \\\\"'),
        ([], "listOf()"),
        ([[1, 2.5], [3]], "listOf(listOf(1, 2.5), listOf(3))"),
    ],
)
def test_literal(value, text):
    assert literal(value) == text


@pytest.mark.parametrize("value", [None, {"a": 1}, float("nan"), "a\n"])
def test_what_kotlin_cannot_say(value):
    with pytest.raises(RecipeError, match=r"^contract: .*(in Kotlin; numbers, texts|unprintable)"):
        literal(value)


def test_a_call_that_fits_is_one_line():
    assert call(".crop", (), (1.2,), 8) == (".crop(1.2)",)
    assert call(".gray", (), (), 8) == (".gray()",)


def test_a_call_that_does_not_fit_has_an_argument_in_each_line():
    points, face = list(range(50)), [[0.125, 0.25, 0.5]] * 3 + [[1]]
    lines = call(".headPose", ("frame",), (points, face), 8)
    assert lines[:3] == (".headPose(", "    frame,", "    listOf(")
    assert lines[-1] == ")"
    assert all(8 + len(line) <= COLUMNS for line in lines)
    assert "".join(lines).count("listOf(") == 2 + len(face)
    inside = "".join(lines[3 : lines.index("    ),")])
    assert [int(number) for number in inside.split(",") if number] == points


def test_many_texts_are_few_constants():
    texts = [f'label {i}, "a$b"' for i in range(205)]
    lines = call(".topK", ("frame",), ("out", texts), 8)
    parts = [line.strip() for line in lines if line.strip().startswith('"label')]
    assert lines[3] == "    listOf("
    assert lines[-2:] == ("    ).flatMap { it.split('\\n') },", ")")
    assert [part.count("\\n") for part in parts] == [99, 99, 4]
    assert parts[0].startswith('"label 0, \\"a\\$b\\"\\nlabel 1, ')
