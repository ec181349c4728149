"""Every op that is read computes what LiteRT computes, in files by another program."""

import re
from pathlib import Path

import numpy as np
import pytest
from tflite_cases import CASES

from compilers.reference import run_graph
from compilers.tflite.user_file.to_onnx import OPERATORS
from zoo import registry
from zoo.layout import channels_last
from zoo.user_file import import_file


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_op_computes_what_litert_computes(tmp_path, case):
    (tmp_path / "net.tflite").write_bytes(case.content)
    graph = import_file(tmp_path / "net.tflite", {})
    shape = (2, *(int(size) for size in graph.tensors["x"].shape[1:]))
    x = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    feeds = {"x": np.abs(x) + 0.1 if case.positive else x}
    run = registry.load("executor", "litert-source").load(tmp_path, "net.tflite")
    own = {name: channels_last(values) for name, values in feeds.items()}
    wanted, found = run(own), run_graph(graph, feeds)
    assert wanted.keys() == found.keys()
    for name, value in wanted.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-5, atol=2e-6)


def test_every_op_has_a_case():
    inside = {"DENSIFY", "DEQUANTIZE", "QUANTIZE"}  # of whole networks
    assert {case.code for case in CASES.values()} | inside == set(OPERATORS)


def test_the_docs_list_every_op():
    text = (Path(__file__).parents[4] / "docs" / "tflite.md").read_text("utf-8")
    rows = text.partition("### Ops that are read")[2].partition("\n\nIn integers")[0]
    assert set(re.findall(r"[A-Z][A-Z0-9_]{2,}", rows)) - {"REFLECT"} == set(OPERATORS)
