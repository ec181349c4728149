import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from zoo.data.values import check_values, read_values
from zoo.errors import RecipeError, VerifyError
from zoo.step import ValueSpec

ELEMENTS = {
    "float32": st.floats(width=32, allow_infinity=False),
    "float64": st.floats(allow_infinity=False),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "str": st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=5),
}
BOXES = ValueSpec((None, 4))


@st.composite
def stated_values(draw):
    """A statement and a value that it holds for, N from 0 on and along any axis."""
    dtype = draw(st.sampled_from(sorted(ELEMENTS)))
    shape = draw(st.lists(st.integers(1, 3), max_size=3))
    varies = draw(st.none() | st.integers(0, len(shape)))
    stated = list(shape)
    if varies is not None:
        stated.insert(varies, None)
        shape.insert(varies, draw(st.sampled_from([0, 1, 20])))
    kind = "<U5" if dtype == "str" else dtype
    value = draw(arrays(kind, tuple(shape), elements=ELEMENTS[dtype], fill=st.nothing()))
    return ValueSpec(tuple(stated), dtype), value


def as_json(value):
    return json.loads(json.dumps(value.tolist()), parse_constant=lambda _: None)


@given(stated_values())
def test_json_gives_back_shape_type_and_value(stated):
    spec, value = stated
    read = read_values({"v": as_json(value), "other": 1}, {"v": spec, "absent": spec})
    assert list(read) == ["v"]
    assert read["v"].shape == value.shape
    assert read["v"].dtype.kind == value.dtype.kind
    np.testing.assert_array_equal(read["v"], value)
    check_values("step", {"v": spec}, read)


@pytest.mark.parametrize(
    ("spec", "nested", "message"),
    [
        (BOXES, [[1, 2, 3]], "found a list of 3; expected a list of 4"),
        (BOXES, [[1, 2, 3, 4], [1, 2]], "found a list of 2; expected a list of 4"),
        (BOXES, 5, "found 5; expected a list of 0"),
        (BOXES, [[1, 2, 3, [4]]], r"found \[4\]"),
        (BOXES, [[1, 2, 3, "4"]], "found '4'"),
        (BOXES, [[1, 2, 3, True]], "found True"),
        (ValueSpec((2, None)), [[], [1]], "found a list of 1; expected a list of 0"),
        (ValueSpec((None,), "str"), ["a", None], "found None"),
        (ValueSpec((None,), "int64"), [1, 2.0], r"found 2.0"),
        (ValueSpec((), "int64"), 1 << 63, "too large"),
        (ValueSpec(), [], r"found \[\]"),
    ],
)
def test_another_shape_or_type_is_told(spec, nested, message):
    with pytest.raises(VerifyError, match=f"^the app's record: value 'v': .*{message}") as error:
        read_values({"v": nested}, {"v": spec})
    assert f"the contract states {spec}" in str(error.value)


def test_null_is_nan():
    assert math.isnan(read_values({"v": None}, {"v": ValueSpec()})["v"])


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (np.zeros((3, 5)), r"float64 \[3, 5\]"),
        (np.zeros(4), r"float64 \[4\]"),
        (np.zeros((3, 4), np.float32), r"float32 \[3, 4\]"),
        (np.zeros((0, 4), np.str_), r"str \[0, 4\]"),
        ([[0.0] * 4], "a list"),
    ],
)
def test_a_step_that_states_something_else(value, found):
    message = rf"^contract step 's': value 'v' is {found}, its plugin states float64 \[N, 4\]; corr"
    with pytest.raises(RecipeError, match=message):
        check_values("s", {"v": BOXES}, {"v": value})


@pytest.mark.parametrize(
    ("stated", "values", "found"),
    [([BOXES], {}, "`adds` returns a list"), ({}, None, "`apply` returns a NoneType")],
)
def test_what_is_no_mapping(stated, values, found):
    with pytest.raises(
        RecipeError, match=rf"^contract step 's': its plugin's {found}; expected a map"
    ):
        check_values("s", stated, values)


def test_values_that_are_not_stated_or_not_there():
    with pytest.raises(RecipeError, match=r"'v' is float64 \[\], its plugin states no such value"):
        check_values("s", {}, {"v": np.array(1.0)})
    with pytest.raises(RecipeError, match=r"'v' is absent, its plugin states float64 \[N, 4\]"):
        check_values("s", {"v": BOXES}, {})
