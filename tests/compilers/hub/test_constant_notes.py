"""Bits and rounding of constants travel in the metadata."""

from dataclasses import replace

import onnx
import pytest
from integer_graphs import IntegerForm, integer_graph
from networks import residual_network

from compilers.hub import read, write
from compilers.hub.constant_notes import KEY, notes_of
from zoo.errors import HubError
from zoo.graph import Graph


def _two_bits() -> Graph:
    return integer_graph(residual_network(), IntegerForm(weight_bits=2))


def test_narrow_weights_keep_their_bits():
    graph = _two_bits()
    weight = graph.tensors["fc.weight"]
    assert (weight.dtype, weight.quantization.bits) == ("int8", 2)
    assert read(write(graph), "net.onnx") == graph


def test_rounding_of_weights_is_kept():
    graph = integer_graph(residual_network(), IntegerForm())
    weight = graph.tensors["fc.weight"]
    away = replace(weight, quantization=replace(weight.quantization, rounding="half_away"))
    graph = graph.replace(graph.nodes, [away])
    assert read(write(graph), "net.onnx") == graph


def test_nothing_is_noted_of_what_onnx_says():
    assert notes_of(integer_graph(residual_network(), IntegerForm(weight_bits=4))) == {}


@pytest.mark.parametrize("text", ["{", "[]", '{"w": 1}', '{"w": {"bits": 99, "rounding": "x"}}'])
def test_damaged_notes(text):
    model = onnx.load_from_string(write(_two_bits()))
    onnx.helper.set_model_props(model, {KEY: text})
    with pytest.raises(HubError) as caught:
        read(model.SerializeToString(), "net.onnx")
    assert str(caught.value).startswith("net.onnx: metadata 'zoo.constants' is damaged (")
    assert str(caught.value).endswith("); write the file again")
