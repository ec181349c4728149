"""Metadata of a .tflite file by TensorFlow Lite Support's schema."""

import json
from dataclasses import replace

import numpy as np
import pytest
from networks import residual_network
from quantization import NORMALIZE, contract_of, quantized
from tflite_files import to_tflite

from compilers.schemes import W8A8_ASYM
from compilers.tflite.decode import decode
from compilers.tflite.op_versions import OP_VERSIONS, minimum_runtime
from compilers.tflite.standard_metadata import MODEL_METADATA, RUNTIME
from zoo.contract import Step
from zoo.flat_table import FlatTable
from zoo.graph import Graph

NETWORK = residual_network()
BGR = Step("color", {"order": "bgr"})


def _metadata(graph: Graph) -> dict[str, bytes]:
    file = decode(to_tflite(graph).files["model.tflite"], "file")
    return {name: bytes(data) for name, data in file.metadata.items()}


def _subgraph(graph: Graph) -> FlatTable:
    (subgraph,) = FlatTable.root(_metadata(graph)[MODEL_METADATA]).tables(3)
    return subgraph


def _with_contract(*pre: Step) -> Graph:
    contract = contract_of(NETWORK, *pre)
    return replace(NETWORK, metadata={**NETWORK.metadata, "zoo.contract": contract.to_json()})


def test_the_model_has_a_name_and_licences():
    graph = replace(NETWORK, metadata={"zoo.model": "pfld", "zoo.licences": "weights: MIT"})
    content = _metadata(graph)[MODEL_METADATA]
    model = FlatTable.root(content)
    assert content[4:8] == b"M001"
    assert (model.text(0), model.text(5), model.text(7)) == ("pfld", "weights: MIT", "1.0.0")


def test_inputs_and_outputs_are_named_in_order():
    subgraph = _subgraph(NETWORK)
    assert [tensor.text(0) for tensor in subgraph.tables(2)] == ["image"]
    assert [tensor.text(0) for tensor in subgraph.tables(3)] == ["landmarks"]


def test_the_contracts_image_tells_size_and_normalization():
    (image,) = _subgraph(_with_contract(NORMALIZE)).tables(2)
    content = image.table(3)
    properties = content.table(1)
    size = properties.table(1)
    assert (content.number(0, "B"), properties.number(0, "b")) == (2, 1)
    assert (size.number(0, "I"), size.number(1, "I")) == (6, 6)
    (unit,) = image.tables(4)
    assert unit.number(0, "B") == 1
    for field in (0, 1):
        np.testing.assert_array_equal(unit.table(1).numbers(field, "<f4"), [128] * 3)


def test_other_tensors_are_features():
    (output,) = _subgraph(_with_contract(NORMALIZE)).tables(3)
    assert output.table(3).number(0, "B") == 1
    assert output.tables(4) == ()
    (image,) = _subgraph(NETWORK).tables(2)
    assert image.table(3).number(0, "B") == 1


def test_another_order_of_colours_has_no_name_in_the_schema():
    (image,) = _subgraph(_with_contract(BGR, NORMALIZE)).tables(2)
    assert image.table(3).table(1).number(0, "b") == 0


def test_the_oldest_runtime_is_that_of_the_newest_op():
    assert _metadata(NETWORK)[RUNTIME] == b"2.9.0".ljust(16, b"\0")
    assert minimum_runtime(["ADD", "RELU", "PAD"]) == "2.1.0"
    assert minimum_runtime([]) == "1.5.0"


@pytest.mark.parametrize("code", OP_VERSIONS)
def test_every_op_is_in_the_schema(code):
    from ai_edge_litert.schema_py_generated import BuiltinOperator

    assert hasattr(BuiltinOperator, code)


def test_the_contract_itself_is_there_too():
    graph = quantized(NETWORK, W8A8_ASYM)
    contract = contract_of(graph, NORMALIZE).to_json()
    graph = replace(graph, metadata={**graph.metadata, "zoo.contract": contract})
    assert json.loads(_metadata(graph)["zoo.contract"]) == json.loads(contract)
