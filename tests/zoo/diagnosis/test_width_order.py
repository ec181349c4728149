"""What other bit widths do at the outputs, one layer or one value at a time."""

from dataclasses import replace

from networks import residual_network
from quantization import contract_of, pixel_feeds
from similarity_cases import aligning_network

from compilers.quantize.ptq import QUANTIZER
from compilers.schemes import W8A8_ASYM
from zoo.diagnosis.real_form import real_form
from zoo.diagnosis.runner import Runner
from zoo.diagnosis.width_order import wide_values
from zoo.graph import Node
from zoo.plugs import QuantizeOptions


def bent_network():
    """Return a network in which a table (tanh) reads a convolution's sums."""
    graph = residual_network()
    index = next(i for i, node in enumerate(graph.nodes) if node.output == "residual")
    bend = Node("bent_tanh", "tanh", ("pointwise",), "bent", {})
    add = replace(graph.nodes[index], inputs=("stem", "bent"))
    nodes = (*graph.nodes[:index], bend, add, *graph.nodes[index + 1 :])
    return graph.replace(nodes, [replace(graph.tensors["pointwise"], name="bent")])


def widened(floats):
    """Return the values that may get 16 bits."""
    feeds = pixel_feeds(floats, 12)
    options = QuantizeOptions(calibrator="minmax")
    integers = QUANTIZER.quantize(floats, W8A8_ASYM, [feeds], contract_of(floats), options)
    pictures = Runner("image", feeds["image"])
    form = real_form(integers, floats)
    return wide_values(form, floats, pictures, pictures.outputs(floats))


def test_pixels_of_ops_that_store_8_bits_stay():
    names = {one.node for one in widened(aligning_network())}
    assert {"first", "second", "back"} <= names
    assert names.isdisjoint({"stem", "rows", "aligned", "heat"})


def test_values_with_the_largest_loss_come_first_and_what_a_table_reads_stays():
    floats = bent_network()
    found = widened(floats)
    names = {one.node for one in found}
    assert names <= {node.name for node in floats.nodes}
    assert "bent_tanh" in names
    assert "pointwise_conv" not in names
    losses = [one.loss for one in found]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > 0
