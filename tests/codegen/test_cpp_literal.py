"""C++ literals, and calls of them."""

import shutil
import subprocess
from pathlib import Path

import pytest
from formatting import misplaced
from host_compilers import CXX
from hypothesis import given
from hypothesis import strategies as st

import zoo.steps.plugin
from codegen.cpp_literal import call, literal
from zoo.errors import RecipeError

STEPS = Path(zoo.steps.plugin.__file__).parent


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


def test_long_lists_of_texts_are_constants():
    names, colours = [f"name {i}" for i in range(12)], [f"colour {i}" for i in range(20)]
    lines = call("top_k", ["values", "frame"], ["out", names, 3, colours])
    assert lines[0] == "{"
    assert lines[1] == "  // clang-format off: a text in each line"
    assert lines[2] == "  static const std::vector<std::string> texts_0 = text_list({"
    assert lines[3] == '      "name 0",'
    assert lines[-4:] == (
        "  });",
        "  // clang-format on",
        '  top_k(values, frame, "out", texts_0, 3, texts_1);',
        "}",
    )
    assert len(lines) == 2 + 2 * 4 + 12 + 20 + 1


MANY = """#include <cstdio>

#include "top_k.hpp"

void postprocess(zoo::Values& values, const zoo::Frame& frame) {{
  using namespace zoo;
{lines}
}}

int main() {{
  zoo::Values values{{{{"out", zoo::Tensor{{{{{count}}}, std::vector<double>({count}, 0.5)}}}}}};
  for (int i = 0; i < 2; ++i) postprocess(values, zoo::Frame{{}});
  std::puts(std::get<zoo::Texts>(values.at("top_labels")).data[3].c_str());
}}
"""


@pytest.mark.toolchain
def test_thousands_of_labels_are_compiled(tmp_path):
    """As many as ImageNet-21k has; a list of std::string takes a compiler minutes."""
    if shutil.which(CXX) is None:
        pytest.skip(f"no {CXX}: apt install g++")
    labels = [f'label {i}, "größer"' for i in range(21841)]
    lines = call("top_k", ["values", "frame"], ["out", 5, labels])
    text = "\n".join(f"  {line}" for line in lines)
    (tmp_path / "many.cpp").write_text(MANY.format(lines=text, count=len(labels)))
    assert misplaced([tmp_path / "many.cpp"]) == ""
    strict = ["-std=c++17", "-O2", "-Wall", "-Wextra", "-Wconversion", "-Werror", f"-I{STEPS}"]
    program = tmp_path / "many"
    subprocess.run([CXX, *strict, str(tmp_path / "many.cpp"), "-o", str(program)], check=True)
    ran = subprocess.run([str(program)], capture_output=True, encoding="utf-8", check=True)
    assert ran.stdout == labels[3] + "\n"


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
