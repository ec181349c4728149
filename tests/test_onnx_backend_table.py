"""ONNX's own backend tests: taken and right, or refused by an error that names why."""

import runpy
from collections import Counter
from itertools import chain
from pathlib import Path
from zlib import crc32

import numpy as np
import onnx

TABLE = runpy.run_path(str(Path(__file__).parents[1] / "scripts" / "onnx_backend_table.py"))


FLOOR = {
    "Add": 1,
    "AveragePool": 1,
    "Celu": 1,
    "Concat": 1,
    "Conv": 5,
    "Div": 1,
    "Expand": 1,
    "Gemm": 3,
    "GlobalAveragePool": 2,
    "GlobalMaxPool": 1,
    "GroupNormalization": 1,
    "InstanceNormalization": 1,
    "LayerNormalization": 1,
    "LogSoftmax": 1,
    "LpNormalization": 1,
    "MaxPool": 1,
    "Mean": 1,
    "PRelu": 1,
    "Pad": 1,
    "Reciprocal": 1,
    "ReduceL2": 2,
    "ReduceMax": 1,
    "ReduceMin": 2,
    "ReduceSum": 1,
    "Slice": 1,
    "Softmax": 1,
    "Split": 2,
    "Squeeze": 1,
    "Tanh": 1,
    "several": 10,
}
"""Tests of the sample that pass, by operator, as the script calls them."""


def _is_sampled(case):
    """Tell whether a test is among every eighth, whichever other tests a version of onnx has."""
    return crc32(case.name.encode()) % 8 == 0


def test_a_sample_passes_and_nothing_is_wrong_or_crashes():
    cases = chain(TABLE["operator_cases"](), TABLE["exported_cases"]())
    results = [TABLE["judge"](case) for case in cases if _is_sampled(case)]
    found = Counter(result.op for result in results if result.outcome == "pass")
    assert [result for result in results if result.outcome in ("wrong", "crash")] == []
    assert {op: (found[op], floor) for op, floor in FLOOR.items() if found[op] < floor} == {}
    assert len(results) >= 235


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
