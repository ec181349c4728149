"""The network on reals: the integer network if all is rounded, the float one if nothing is."""

from dataclasses import replace

import numpy as np
import pytest
from diagnosed import case_of, colour_network, write_pictures
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from networks import residual_network
from quantization import pixel_feeds, quantized
from random_graphs import float_graphs, random_feeds

from compilers.op_parts.arithmetic import dequantize
from compilers.schemes import DPU_POW2, W4A8_ASYM, W8A8_ASYM, W8A16_ASYM
from zoo.diagnosis.float_twin import float_parameters
from zoo.diagnosis.real_form import real_form
from zoo.diagnosis.runner import Runner

FLOATS = residual_network(size=8)


@pytest.mark.parametrize(
    "scheme", [W8A8_ASYM, W4A8_ASYM, W8A16_ASYM, DPU_POW2], ids=lambda s: s.name
)
def test_both_ends(scheme):
    integers = quantized(FLOATS, scheme)
    form, runner = real_form(integers, FLOATS), Runner("image", pixel_feeds(FLOATS, 9)["image"])
    (name,) = integers.outputs
    floats = runner.outputs(form.graph(()))[form.reals[name]]
    np.testing.assert_allclose(floats, runner.outputs(FLOATS)[name], rtol=1e-4, atol=1e-5)
    rounded = runner.outputs(form.graph(form.parts))[form.reals[name]]
    np.testing.assert_array_equal(rounded, runner.outputs(integers)[name])


def test_weights_are_found_in_the_scaling_of_an_equalised_network(tmp_path):
    case = case_of(tmp_path, colour_network(), write_pictures(tmp_path / "seen", 20))
    for tensor in float_parameters(case.integers, case.floats):
        integer = case.integers.tensors[tensor.name]
        if tensor.name.endswith("weight"):
            step = max(integer.quantization.scale)
            assert (
                np.abs(dequantize(integer.data, integer.quantization) - tensor.data).max()
                < 2 * step
            )


def test_what_only_moves_belongs_to_what_computes_it():
    form = real_form(quantized(FLOATS, W8A8_ASYM), FLOATS)
    names = [part.name for part in form.parts]
    assert len(set(names)) == len(names)
    assert "values of flat_reshape" not in names
    assert ("pooled", "flat") in [part.tensors for part in form.parts]


def test_bytes_are_those_of_the_integer_weights():
    form = real_form(quantized(FLOATS, W4A8_ASYM), FLOATS)
    sizes = {part.node: part.weight_bytes for part in form.parts if part.kind == "weights"}
    assert sizes["landmarks_dense"] == 10 * 8 // 2


@settings(max_examples=25)
@given(float_graphs(), st.sampled_from([W8A8_ASYM, W4A8_ASYM, W8A16_ASYM]))
def test_both_ends_of_any_network(floats, scheme):
    assume(len(floats.inputs) == 1)
    _demand_both_ends(floats, scheme)


@settings(max_examples=25)
@given(float_graphs(), st.sampled_from([W8A8_ASYM, W4A8_ASYM]), st.randoms())
def test_both_ends_of_outputs_that_are_read_inside_and_nodes_named_as_tensors(
    floats, scheme, random
):
    assume(len(floats.inputs) == 1)
    named = floats.replace(
        replace(node, name=(node.inputs[1:] or (node.output,))[0]) for node in floats.nodes
    )
    assume(len({node.name for node in named.nodes}) == len(named.nodes))
    inside = [node.output for node in named.nodes if random.random() < 0.5]
    outputs = tuple(dict.fromkeys((*named.outputs, *inside)))
    _demand_both_ends(replace(named, outputs=outputs), scheme)


def _demand_both_ends(floats, scheme):
    integers = quantized(floats, scheme)
    form = real_form(integers, floats)
    runner = Runner(floats.inputs[0], random_feeds(floats, 5)[floats.inputs[0]])
    unrounded, rounded = (runner.outputs(form.graph(parts)) for parts in ((), form.parts))
    for name, wanted in runner.outputs(floats).items():
        real = form.reals[name]
        np.testing.assert_allclose(unrounded[real], wanted, rtol=1e-3, atol=1e-4)
    for name, wanted in runner.outputs(integers).items():
        np.testing.assert_array_equal(rounded[form.reals[name]], wanted)
