from codegen.cpp_call import call


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
