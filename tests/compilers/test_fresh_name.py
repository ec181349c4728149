"""New names."""

from compilers.fresh_name import fresh_name


def test_free_names_are_taken_as_wished():
    assert fresh_name("y", {"x"}) == "y"


def test_taken_names_get_the_first_free_number():
    assert fresh_name("x", {"x", "x.1", "x.3"}) == "x.2"
