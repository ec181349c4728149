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


def written(name, folder):
    """Return a file of outputs that the driver reads, and what Python makes of them."""
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
    (folder / "outputs").write_text("\n".join(lines))
    frame = Frame(np.zeros((*sides, 3), np.uint8), BOX, REGION)
    return folder / "outputs", postprocess(contract, outputs, frame)


@pytest.mark.parametrize("name", CONTRACTS)
def test_kotlin_equals_numpy(classes, tmp_path, name):
    file, expected = written(name, tmp_path)
    printed = run_kotlin(classes, "zoo.app.DriverKt", "post", name, file)
    found = dict(map(read_value, printed.splitlines()))
    assert set(found) == set(expected)
    for value, numbers in expected.items():
        np.testing.assert_array_equal(found[value], numbers, err_msg=value)
        assert found[value].shape == numbers.shape


def test_the_view_names_boxes(classes, tmp_path):
    file, values = written("ssd", tmp_path)
    printed = run_kotlin(classes, "zoo.app.DriverKt", "view", "ssd", file)
    assert printed == f"{values['labels'][0]} {values['scores'][0]:.2f}\n"


def test_the_view_paints_what_is_not_black(classes, tmp_path):
    file, values = written("mask_threshold", tmp_path)
    printed = run_kotlin(classes, "zoo.app.DriverKt", "view", "mask_threshold", file)
    x0, y0, _, _ = map(int, values["mask_box"])
    painted = np.zeros(values["mask_size"], np.int64)
    for line in printed.splitlines()[1:]:
        *place, color = line.split()
        x, y, width, height = map(int, place)
        assert color == "80ff0007"
        painted[y - y0 : y - y0 + height, x - x0 : x - x0 + width] += 1
    mask = np.repeat(*values["mask"].T).reshape(values["mask_size"])
    assert (
        values["mask_box"][2] == values["mask_size"][1]
    )  # a pixel of the mask is one of the photo
    np.testing.assert_array_equal(painted, mask)
