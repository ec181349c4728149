from dataclasses import dataclass

import pytest

from compilers import op_table
from zoo.errors import PluginError


@dataclass(frozen=True)
class _Parser:
    name: str
    onnx_types: tuple[str, ...]


@pytest.fixture
def two_claim_conv(monkeypatch):
    ops = {name: _Parser(name, ("Conv", name)) for name in ("one", "two")}
    monkeypatch.setattr(op_table.registry, "names", lambda kind: tuple(ops))  # noqa: ARG005
    monkeypatch.setattr(op_table, "find_op", ops.get)
    op_table._names_by_onnx_type.cache_clear()
    yield
    op_table._names_by_onnx_type.cache_clear()


@pytest.mark.usefixtures("two_claim_conv")
def test_an_operator_that_two_ops_parse():
    with pytest.raises(
        PluginError,
        match=r"^ONNX operator Conv is parsed by ops 'one' and 'two'; keep one and uninstall the",
    ):
        op_table.find_onnx_type("Conv")


@pytest.mark.usefixtures("two_claim_conv")
def test_it_stops_no_other_operator():
    assert op_table.find_onnx_type("one").name == "one"
    assert op_table.onnx_types() == ("Conv", "one", "two")
