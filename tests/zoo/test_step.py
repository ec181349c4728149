import pytest

from zoo.errors import RecipeError
from zoo.step import ValueSpec


def test_a_statement_reads_as_people_write_it():
    assert str(ValueSpec((None, 4))) == "float64 [N, 4]"
    assert str(ValueSpec((None,), "str")) == "str [N]"
    assert str(ValueSpec()) == "float64 []"


@pytest.mark.parametrize("shape", [(None, None), (0,), (None, -1)])
def test_shapes_that_no_value_has(shape):
    with pytest.raises(RecipeError, match=r"value float64 \[.*\]: lengths must be above 0, and at"):
        ValueSpec(shape)
