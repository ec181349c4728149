"""ONNX's own backend tests: taken and right, or refused by an error that names why."""

import runpy
from collections import Counter
from itertools import chain, islice
from pathlib import Path

import numpy as np
import onnx

TABLE = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "onnx_backend_table.py"))


def test_nothing_is_wrong_and_nothing_crashes():
    cases = chain(TABLE["operator_cases"](), TABLE["exported_cases"]())
    results = [TABLE["judge"](case) for case in islice(cases, 3, None, 8)]
    found = Counter(result.outcome for result in results)
    assert [result for result in results if result.outcome in ("wrong", "crash")] == []
    assert found["pass"] >= 1
    assert found.total() > 240


def _case(text, *outputs):
    model = onnx.parser.parse_model('<ir_version: 8, opset_import: ["" : 17]>' + text)
    return TABLE["Case"]("test_it", model, [np.float32([[-1, 2]])], outputs, 1e-3, 1e-6)


def test_outcomes_and_their_table():
    relu = "net (float[1,2] x) => (float[1,2] y) {y = Relu (x)}"
    right, wrong = np.float32([[0, 2]]), np.float32([[0, 1]])
    cases = (
        _case(relu, right),
        _case(relu, wrong),
        _case(relu),
        _case("net (float[1,2] x) => (float[1,2] y) {y = Hardmax (x)}", right),
    )
    results = [TABLE["judge"](case) for case in cases]
    assert [result.outcome for result in results] == ["pass", "wrong", "crash", "refused"]
    assert TABLE["table"](results) == (
        "| operator | pass | refused | wrong | crash |\n"
        "|---|---|---|---|---|\n"
        "| Relu | 1 | 0 | 1 | 1 |\n"
        "| 1 others | 0 | 1 | 0 | 0 |\n"
        "| all | 1 | 1 | 1 | 1 |"
    )
    assert TABLE["reasons"](results) == (
        "| refused because of | tests |\n|---|---|\n| an operator that no op plugin reads | 1 |"
    )
