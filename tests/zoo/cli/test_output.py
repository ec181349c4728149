import json
import sys
from math import inf, nan

from hypothesis import given
from hypothesis import strategies as st

from zoo.cli.output import fitted, json_text, print_json, print_table


def test_columns_are_aligned_and_cells_stay_whole(capsys):
    long = "word " * 60
    print_table("Title", [{"name": "a", "text": long}, {"name": "longer", "text": "b"}])
    assert capsys.readouterr().out == (f"Title\nname    text\na       {long.rstrip()}\nlonger  b\n")


def test_a_terminal_gets_columns_that_fit_it(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "30")
    print_table("", [{"name": "a", "text": "one two three four five"}, {"name": "b", "text": ""}])
    assert capsys.readouterr().out.splitlines() == [
        "name  text",
        "a     one two three four five",
        "b",
    ]
    monkeypatch.setenv("COLUMNS", "20")
    row = {"name": "a", "text": "one two three four five", "list": ["x" * 9, "yy"]}
    print_table("", [row])
    assert capsys.readouterr().out.splitlines() == [
        "name  text   list",
        "a     one    xxxxxxxxx,",
        "      two    yy",
        "      three",
        "      four",
        "      five",
    ]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1), st.integers(1, 99))
def test_columns_are_never_narrower_than_words_nor_than_needed(columns, width):
    whole = [max(both) for both in columns]
    shortest = [min(both) for both in columns]
    found = fitted(whole, shortest, width)
    gaps = 2 * (len(columns) - 1)
    assert all(low <= now <= high for low, now, high in zip(shortest, found, whole, strict=True))
    assert sum(found) + gaps == max(sum(shortest) + gaps, min(sum(whole) + gaps, width))


def test_cells(capsys):
    row = {"number": 0.123456, "count": 1234567, "list": ["a", "b"], "none": None, "end": True}
    print_table("", [row])
    header, cells = capsys.readouterr().out.splitlines()
    assert header.split() == list(row)
    assert cells.split("  ")[0].strip() == "0.1235"
    assert "1234567" in cells
    assert "a, b" in cells
    assert cells.endswith("True")


def test_table_without_rows(capsys):
    print_table("Nothing", [])
    assert capsys.readouterr().out == "Nothing: none\n"


def test_json_keeps_the_order_of_keys(capsys):
    print_json({"b": 1, "a": [1.5]})
    assert capsys.readouterr().out == '{\n  "b": 1,\n  "a": [\n    1.5\n  ]\n}\n'


def test_numbers_that_json_lacks_are_null_with_a_note(capsys):
    print_json({"a": [1.0, {"b": nan}], "c": (inf, -inf), "d": "nan"})
    printed, notes = capsys.readouterr()
    assert json.loads(printed, parse_constant=refuse) == {
        "a": [1.0, {"b": None}],
        "c": [None, None],
        "d": "nan",
    }
    assert notes.splitlines() == [
        "note: a[1].b is nan; JSON has null there",
        "note: c[0] is inf; JSON has null there",
        "note: c[1] is -inf; JSON has null there",
    ]


def test_other_values_are_as_they_were():
    value = {"text": "\u00e4", "none": None, "whole": 10**400, 7: True, "list": [], "nested": {}}
    assert json_text(value) == json.dumps(value, indent=2)


def refuse(constant):
    """Refuse what only Python's parser takes."""
    raise AssertionError(f"{constant} is no JSON")
