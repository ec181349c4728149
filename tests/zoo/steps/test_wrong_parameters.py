"""Parameters of any type: a step takes them, or RecipeError says what it expects."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoo import registry
from zoo.contract import Contract
from zoo.errors import RecipeError

VALUES = st.sampled_from(
    [
        None,
        True,
        -1,
        0,
        1,
        2,
        1.5,
        float("nan"),
        float("inf"),
        10**400,
        -(10**30),
        "",
        "text",
        [],
        ["text"],
        [[]],
        [["text", 1]],
        [1, 2],
        [1.5, 1.5, 1.5],
        {},
        {"text": {}},
        [10**400],
        [None],
    ]
)


@pytest.mark.parametrize("name", registry.names("step"))
@given(data=st.data())
@settings(max_examples=300)
def test_parameters_of_other_types(name, data):
    step = registry.load("step", name)
    given = {
        parameter: data.draw(VALUES)
        for parameter in step.parameters
        if data.draw(st.booleans(), parameter)
    }
    with suppress(RecipeError):
        step.complete(given)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("name", ["a"], r"c: input: name \['a'\] is list; expected a text"),
        ("name", {}, r"c: input: name \{\} is dict; expected a text"),
        ("shape", [10**30, 1, 1], "has more than 134,217,728 numbers"),
        ("shape", [3, 1 << 20, 1 << 20], "has more than 134,217,728 numbers"),
    ],
)
def test_inputs_of_no_network(key, value, message):
    table = {"input": {"name": "image", "shape": [3, 8, 8], key: value}, "outputs": [], "pre": []}
    with pytest.raises(RecipeError, match=message):
        Contract.from_mapping(table, "c")


@pytest.mark.parametrize("text", ["[" * 100_000, '{"input": ' + "9" * 5000 + "}", '{"a":' * 9999])
def test_json_that_nobody_writes(text):
    with pytest.raises(RecipeError, match=r"^c: not JSON"):
        Contract.from_json(text, "c")
