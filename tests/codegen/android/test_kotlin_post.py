"""Post-processing of whole networks in Kotlin against the reference."""

import numpy as np
import pytest
from box_cases import CASES, contract_of
from cpp_post import read_value
from kotlin import run_kotlin
from map_cases import MAP_CASES

from zoo.data.processing import postprocess
from zoo.step import Frame, Region

pytestmark = pytest.mark.toolchain

CONTRACTS = {**{name: contract_of(name) for name in CASES}, **MAP_CASES}
BOX, REGION = (-3.5, 20.25, 90, 70), Region(-700, 300, 163840, 122880)


@pytest.mark.parametrize("name", CONTRACTS)
def test_kotlin_equals_numpy(classes, tmp_path, name):
    random, contract = np.random.default_rng(0), CONTRACTS[name]
    sides = contract.input.shape[1:]
    outputs, lines = {}, [" ".join(map(str, sides))]
    for tensor in contract.outputs:
        output, shape = tensor.name, tensor.shape
        numbers = random.normal(0, 2, shape).round(1).astype(np.float32)
        numbers[random.random(shape) < 0.02] = np.nan
        outputs[output] = numbers
        words = " ".join(map(repr, numbers.astype(np.float64).ravel().tolist()))
        lines.append(f"{output}\t{' '.join(map(str, shape))}\t{words.replace('nan', 'NaN')}")
    (tmp_path / "outputs").write_text("\n".join(lines))
    printed = run_kotlin(classes, "zoo.app.DriverKt", "post", name, tmp_path / "outputs")
    found = dict(map(read_value, printed.splitlines()))
    expected = postprocess(contract, outputs, Frame(np.zeros((*sides, 3), np.uint8), BOX, REGION))
    assert set(found) == set(expected)
    for value, numbers in expected.items():
        np.testing.assert_array_equal(found[value], numbers, err_msg=value)
        assert found[value].shape == numbers.shape
