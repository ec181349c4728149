"""A compiler may tell what of a network its chip runs."""

import pytest
from networks import residual_network

from zoo.build.plan import find_target
from zoo.capability import find_capabilities
from zoo.errors import UsageError


def test_a_compiler_that_offers_it_is_asked():
    found = find_capabilities(residual_network(), find_target("kv260"))
    assert [c.node for c in found] == [node.name for node in residual_network().nodes]


def test_a_compiler_that_does_not_is_told():
    with pytest.raises(UsageError, match="x86: its compiler 'onnx' does not check single nodes; "):
        find_capabilities(residual_network(), find_target("x86"))
