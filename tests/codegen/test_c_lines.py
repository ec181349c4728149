"""C text fits the page as clang-format would have it."""

from codegen.c_lines import comment, filled, numbers


def test_what_fits_stays_on_a_line():
    assert filled("void f", ["int a", "int b"], ";") == ("void f(int a, int b);",)
    assert filled("f", [], ";") == ("f();",)


def test_longer_lists_go_on_below_the_first_item():
    items = [f"int32_t argument_{index}" for index in range(7)]
    first, second = filled("void function", items, " {")
    assert first.endswith("argument_3,")
    assert len(first) <= 100
    assert second == "              int32_t argument_4, int32_t argument_5, int32_t argument_6) {"


def test_a_place_inside_leaves_less_room():
    items = ["x" * 40, "y" * 40, "z" * 10]
    assert len(filled("f", items, ";")) == 1
    assert len(filled("f", items, ";", indent=4)) == 2


def test_numbers_fill_lines():
    lines = numbers(range(100), indent=4)
    assert all(len(line) <= 96 for line in lines)
    assert " ".join(lines) == " ".join(f"{value}," for value in range(100))
    assert numbers([]) == ()


def test_comments_cannot_end_the_comment_or_go_on():
    assert comment("a\\") == ("// a_",)
    assert comment("a\nint x;") == ("// a_int x;",)
    assert comment("what??/") == ("// what__/",)
