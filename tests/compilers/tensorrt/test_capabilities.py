"""What each TensorRT reads, node by node."""

from dataclasses import replace
from itertools import pairwise

import pytest
from every_op import every_case
from generated_c import side_by_side
from one_node import OneNode, activation
from tensorrt_files import FACTS, TARGET, symmetric, to_tensorrt

from compilers.ops.sigmoid import OP
from compilers.tensorrt.capabilities import VERSIONS, capabilities, operators_of
from zoo.errors import RefusedError, UnsupportedOpError
from zoo.op import OnnxCall

IMAGE = activation(("N", 4, 6, 5))
NANO = replace(TARGET, name="nano", facts={**FACTS, "tensorrt": "8.2"})
DILATED = OneNode(
    "max_pool",
    (IMAGE,),
    {"kernel": (2, 2), "strides": (1, 1), "pads": (0, 0, 0, 0), "dilations": (2, 2)},
).graph
SIGMOID = OneNode("sigmoid", (IMAGE,)).graph


@pytest.mark.parametrize("version", ["8.2", "8.5", "10.3"])
def test_every_op_of_ours_is_read(version):
    target = replace(TARGET, facts={**FACTS, "tensorrt": version})
    graph = symmetric(side_by_side(every_case("half even")))
    assert {(found.runs_on, found.why) for found in capabilities(graph, target)} == {("GPU", "")}


def test_quantize_and_dequantize_are_no_nodes_of_their_own():
    graph = symmetric(every_case("half even")["sigmoid"].graph)
    assert [found.op for found in capabilities(graph, TARGET)] == ["sigmoid"]


def test_pools_have_no_dilations():
    (found,) = capabilities(DILATED, NANO)
    assert (found.runs_on, found.why) == (
        "refused",
        "its dilations are (2, 2), TensorRT's pools have none",
    )
    with pytest.raises(
        UnsupportedOpError,
        match=r"^node 'alone' \(max_pool\): its dilations are \(2, 2\), TensorRT's pools have "
        r"none; train with dilation 1, or with a stride instead$",
    ):
        to_tensorrt(DILATED, target=NANO)


def test_an_operator_that_came_later_is_refused(monkeypatch):
    monkeypatch.setattr(OP, "express", lambda _, inputs: OnnxCall("OneHot", {}, tuple(inputs)))
    (found,) = capabilities(SIGMOID, NANO)
    assert found.why == "TensorRT 8.2 does not read the ONNX operator OneHot"
    assert found.remedy == "compute it before or after the network, or replace it"
    assert capabilities(SIGMOID, TARGET)[0].runs_on == "GPU"


def test_versions_only_add():
    sets = [operators_of(version) for version in (*VERSIONS, "10.3")]
    assert all(earlier <= later for earlier, later in pairwise(sets))
    assert len(operators_of("8.2")) == 129
    assert operators_of("8.0") == frozenset()


@pytest.mark.parametrize(
    ("name", "value", "needed"),
    [
        ("compute_capability", 89, "a string such as '8.9'"),
        ("precisions", "int8", "a tuple of strings"),
    ],
)
def test_an_incomplete_target_is_named(name, value, needed):
    with pytest.raises(
        RefusedError,
        match=rf"^gpu: its fact '{name}' is {value!r}, the compiler 'tensorrt' needs {needed}; "
        "complete the target's facts, see `zoo show rtx4060`$",
    ):
        capabilities(SIGMOID, replace(TARGET, facts={**FACTS, name: value}))
