import math

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import residual_network
from quantization import quantized

from compilers.hub.import_file import import_model
from compilers.schemes import W8A8_ASYM
from zoo.artifact import Exactness
from zoo.errors import VerifyError
from zoo.proof.comparison import can_exceed, compare, judging, least_units

EXPECTED = [{"score": np.array([1.0, -4.0])}, {"score": np.array([0.0, 2.0])}]
FOUND = [{"score": np.array([1.0, -4.0])}, {"score": np.array([0.0, 3.0])}]


@pytest.mark.parametrize(
    ("unit", "largest"), [("lsb", 1 / 0.25), ("relative", 1 / 4), ("pixel or degree", 1.0)]
)
def test_units(unit, largest):
    check = compare("a -> b", EXPECTED, FOUND, Exactness(10, unit, "why"), {"score": 0.25})
    assert (check.largest, check.mean, check.values) == (largest, largest / 4, 4)
    assert (check.step, check.unit, check.bound, check.why) == ("a -> b", unit, 10, "why")


def test_each_output_has_its_own_unit():
    expected = [{"big": np.array([1000.0]), "small": np.array([0.001])}]
    found = [{"big": np.array([1000.0]), "small": np.array([0.002])}]
    assert compare("a -> b", expected, found, Exactness(0, "relative", "")).largest == 1.0


def test_probabilities_are_not_compared_finer_than_float32_computes_them():
    expected, found = [{"p": np.array([6e-8])}], [{"p": np.array([1.2e-7])}]
    exactness = Exactness(1e-4, "relative", "")
    assert not compare("a -> b", expected, found, exactness).holds
    assert compare("a -> b", expected, found, exactness, least={"p": 0.01}).holds
    wrong = [{"p": np.array([2e-6])}]
    assert not compare("a -> b", expected, wrong, exactness, least={"p": 0.01}).holds


@pytest.mark.parametrize(
    ("last", "least"),
    [("Sigmoid (a)", {"y": 0.01}), ("Softmax (a)", {"y": 0.01}), ("Relu (a)", {}), ("Exp (a)", {})],
)
def test_which_outputs_are_probabilities(last, least):
    text = f"""<ir_version: 8, opset_import: ["" : 17]>
        net (float[N,3,4,4] x) => (float[N,4,4,3] y) {{
            a = Neg (x)
            b = {last}
            y = Transpose <perm = [0, 2, 3, 1]> (b)
        }}"""
    assert least_units(import_model(onnx.parser.parse_model(text), {}, "net")) == least


def test_zero_outputs_are_compared_as_they_are():
    expected, found = [{"score": np.zeros(2)}], [{"score": np.array([0.0, 0.5])}]
    assert compare("a -> b", expected, found, Exactness(0, "relative", "")).largest == 0.5


@given(st.floats(min_value=1e-12, max_value=1.0))
def test_no_difference_is_rounded_to_zero(difference):
    found = [{"score": np.array([1.0, -4.0])}, {"score": np.array([0.0 + difference, 2.0])}]
    assert not compare("a -> b", EXPECTED, found, Exactness(0, "relative", "")).holds


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_never_holds(value):
    found = [EXPECTED[0], {"score": np.array([0.0, value])}]
    for bound in (1e9, math.inf):
        assert not compare("a -> b", EXPECTED, found, Exactness(bound, "relative", "")).holds


def test_absent_output_is_named():
    with pytest.raises(
        VerifyError, match=r"step 'a -> b': output 'score' is absent, expected shape \[2\]"
    ):
        compare("a -> b", EXPECTED, [{}, {}], Exactness(1, "relative", ""))


def test_other_shape_is_named_not_broadcast():
    found = [{"score": np.array([[1.0, -4.0]])}, {"score": np.array([[0.0, 2.0]])}]
    with pytest.raises(VerifyError, match=r"output 'score' has shape \[1, 2\], expected shape"):
        compare("a -> b", EXPECTED, found, Exactness(1, "relative", ""))


def rows(*counts):
    """Return a value of [N, 4] for each input."""
    return [{"boxes": np.arange(4.0 * n).reshape(n, 4)} for n in counts]


def test_lengths_may_differ_from_input_to_input():
    found = [{"boxes": run["boxes"] + 0.5} for run in rows(0, 1, 20)]
    check = compare("a -> b", rows(0, 1, 20), found, Exactness(1, "pixel", ""))
    assert (check.largest, check.mean, check.values) == (0.5, 0.5, 84)
    relative = compare("a -> b", rows(0, 1, 20), found, Exactness(1, "relative", ""))
    assert relative.largest == pytest.approx(0.5 / 79, rel=1e-5)


def test_another_length_is_named_with_its_input():
    with pytest.raises(
        VerifyError,
        match=r"'boxes' has shape \[2, 4\], expected shape \[1, 4\], for input 2 of 3",
    ):
        compare("a -> b", rows(0, 1, 20), rows(0, 2, 20), Exactness(1, "pixel", ""))


@pytest.mark.parametrize("unit", ["pixel", "relative"])
def test_nothing_equals_nothing(unit):
    check = compare("a -> b", rows(0, 0), rows(0, 0), Exactness(0, unit, ""))
    assert (check.holds, check.largest, check.mean, check.values) == (True, 0, 0, 0)


def test_texts_are_equal_or_named():
    expected = [{"labels": np.array([], np.str_)}, {"labels": np.array(["cat", "dog"])}]
    exact = Exactness(0, "pixel", "")
    assert compare("a -> b", expected, expected, exact).values == 0
    found = [expected[0], {"labels": np.array(["cat", "dot"])}]
    message = r"'labels' is \['cat', 'dot'\], expected \['cat', 'dog'\], for input 2 of 2"
    with pytest.raises(VerifyError, match=message):
        compare("a -> b", expected, found, exact)


def test_no_bound_is_a_measurement():
    check = compare("a -> b", EXPECTED, FOUND, Exactness(math.inf, "relative", ""), spread=0.5)
    assert (check.state, check.bound, check.largest, check.spread) == ("measured", None, 0.25, 0.5)


@pytest.mark.parametrize(("bound", "judged"), [(254, 254), (255, math.inf), (300, math.inf)])
def test_a_bound_that_nothing_exceeds_is_none(bound, judged):
    integer = quantized(residual_network(), W8A8_ASYM)
    assert judging(Exactness(bound, "lsb", "why"), integer) == Exactness(judged, "lsb", "why")
    relative = Exactness(bound, "relative", "why")
    assert judging(relative, integer) == relative
    assert can_exceed(integer, bound) == (judged < math.inf)
