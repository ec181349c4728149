"""Post-processing of whole networks in Kotlin against the reference."""

import numpy as np
import pytest
from box_cases import CASES, SIDES, contract_of, shapes_of
from cpp_post import read_value
from kotlin import run_kotlin

from zoo.data.processing import postprocess
from zoo.step import Frame, Region

pytestmark = pytest.mark.toolchain

FRAME = Frame(
    np.zeros((*SIDES, 3), np.uint8), (-3.5, 20.25, 90, 70), Region(-700, 300, 163840, 122880)
)


@pytest.mark.parametrize("name", CASES)
def test_kotlin_equals_numpy(classes, tmp_path, name):
    random = np.random.default_rng(0)
    outputs, lines = {}, [" ".join(map(str, SIDES))]
    for output, shape in shapes_of(name).items():
        numbers = random.normal(0, 2, shape).round(1).astype(np.float32)
        numbers[random.random(shape) < 0.02] = np.nan
        outputs[output] = numbers
        words = " ".join(map(repr, numbers.astype(np.float64).ravel().tolist()))
        lines.append(f"{output}\t{' '.join(map(str, shape))}\t{words.replace('nan', 'NaN')}")
    (tmp_path / "outputs").write_text("\n".join(lines))
    printed = run_kotlin(classes, "zoo.app.DriverKt", "post", name, tmp_path / "outputs")
    found = dict(map(read_value, printed.splitlines()))
    expected = postprocess(contract_of(name), outputs, FRAME)
    assert set(found) == set(expected)
    for value, numbers in expected.items():
        np.testing.assert_array_equal(found[value], numbers, err_msg=value)
        assert found[value].shape == numbers.shape
