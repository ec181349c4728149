"""A compiler may tell what of a network its chip runs."""

import pytest
from networks import residual_network

from compilers.schemes import DPU_POW2, W8A8_ASYM
from zoo.build.targets import find_target
from zoo.capability import demand_capable, find_capabilities, refusal_of
from zoo.errors import UnsupportedOpError, UsageError


def test_a_compiler_that_offers_it_is_asked():
    found = find_capabilities(residual_network(), find_target("kv260"))
    assert [c.node for c in found] == [node.name for node in residual_network().nodes]


def test_a_compiler_that_does_not_is_told():
    with pytest.raises(UsageError, match="x86: its compiler 'onnx' does not check single nodes; "):
        find_capabilities(residual_network(), find_target("x86"))


def test_a_compiler_without_a_check_lowers_a_network_to_see_if_it_takes_it():
    assert refusal_of(residual_network(), find_target("x86"), "float32") == ""
    assert "is float" in refusal_of(residual_network(), find_target("c99"), "float32")


def test_a_build_ends_at_the_first_node_that_is_refused():
    target = find_target("kv260")
    refused = next(c for c in find_capabilities(residual_network(), target) if c.why)
    with pytest.raises(UnsupportedOpError) as error:
        demand_capable(residual_network(), target, DPU_POW2)
    assert str(error.value) == refused.refusal


@pytest.mark.parametrize("board", ["x86", "c99"])
def test_what_a_compiler_cannot_tell_of_floats_is_left_to_it(board):
    demand_capable(residual_network(), find_target(board), W8A8_ASYM)
