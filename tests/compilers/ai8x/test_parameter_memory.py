"""Memory of weights and biases: each processor's words, each quadrant's bytes."""

import re
from dataclasses import replace
from math import inf

import numpy as np
import pytest
from build_graph import build_graph
from layer_chain import CONV, SEEDS, layer_chain

from compilers.ai8x.compiler import COMPILER
from compilers.ai8x.layers import read_layers
from compilers.ai8x.limits import Ai8xLimits
from compilers.ai8x.placement import place, processors_at_once
from compilers.schemes import AI8X
from zoo.build.targets import find_target
from zoo.graph import Graph, Node
from zoo.lowering import Refusal
from zoo.scheme import Override, Scheme

TARGET = find_target("max78000")
LIMITS = Ai8xLimits.of(TARGET)


def of_bits(bits: int) -> Scheme:
    return replace(AI8X, overrides=(Override("*", weight_bits=bits),))


def refusal(graph: Graph, bits: int = 8) -> str:
    layers = read_layers(graph, TARGET, of_bits(bits))
    with pytest.raises(Refusal) as error:
        place(layers, LIMITS)
    found = COMPILER.capabilities(graph, TARGET, of_bits(bits))
    assert [entry.refusal for entry in found if entry.why] == [str(error.value)]
    return str(error.value)


def fits(graph: Graph, bits: int = 8) -> bool:
    return not any(entry.why for entry in COMPILER.capabilities(graph, TARGET, of_bits(bits)))


def chain_of_1x1(channels: int, count: int) -> Graph:
    """Return convolutions 'c0' ... with biases."""
    attributes = {**CONV, "pads": (0, 0, 0, 0), "clamp": (0.0, inf)}
    nodes = [
        Node(f"c{i}", "conv", (f"c{i - 1}" if i else "x", "w", "b"), f"c{i}", attributes)
        for i in range(count)
    ]
    weights = {"w": np.ones((channels, channels, 1, 1)), "b": np.ones(channels)}
    stored = {name: values.astype(np.float32) for name, values in weights.items()}
    return build_graph({"x": ("N", channels, 2, 2)}, nodes, [f"c{count - 1}"], stored)


@pytest.mark.parametrize("name", SEEDS)
def test_the_slides_networks_fit(name):
    assert fits(layer_chain(*SEEDS[name]))


def test_few_channels_have_few_words():
    # 760 kernels for each of 3 channels, 20,520 bytes in all; the next layer takes 48 of 768.
    message = (
        r"node 'conv0' \(conv\): its weights take 768 words in each processor that reads its "
        r"channels; other layers leave 720 of 768; use fewer outputs.*, or weights of 4, 2 or 1"
    )
    assert re.search(message, refusal(layer_chain((760, 4), (3, 8))))
    assert fits(layer_chain((700, 4), (3, 8)))
    assert fits(layer_chain((760, 4), (3, 8)), bits=4)


def test_one_layer_that_its_processors_do_not_hold():
    assert "take 780 words in each" in refusal(layer_chain((772, 4), (3, 8)))


def test_a_dense_layer_holds_a_weight_for_each_pixel():
    # 10 channels of 256 pixels: 27 x 256 bytes are 768 words of 9 in each processor.
    head = read_layers(layer_chain((10,), (3, 16)), TARGET, AI8X)[-1]
    assert place([replace(head, outputs=27)], LIMITS)
    with pytest.raises(Refusal, match="its weights take 797 words in each"):
        place([replace(head, outputs=28)], LIMITS)


def test_biases_lie_in_one_quadrants_memory_each():
    # 5 x 400 bytes are fewer than 2,048, but each quadrant holds 512.
    message = (
        "node 'c4' (conv): its 400 biases fit in none of the 4 memories of 512 bytes whose "
        "processors are in use; other layers take [400, 400, 400, 400]; leave out biases"
    )
    assert message in refusal(chain_of_1x1(400, 5), bits=1)
    assert fits(chain_of_1x1(400, 4), bits=1)


def test_quadrants_without_a_processor_have_no_memory_for_biases():
    # Processors 0 to 47: three quadrants, and ten times 48 bytes in each.
    assert "in none of the 3 memories of 512 bytes" in refusal(chain_of_1x1(48, 31))
    assert fits(chain_of_1x1(48, 30))


@pytest.mark.parametrize(
    ("channels", "processors"),
    [(1, 1), (5, 5), (30, 30), (64, 64), (65, 36), (70, 36), (128, 64), (130, 44), (200, 52)],
)
def test_processors_are_whole_memories_in_several_passes_only(channels, processors):
    assert processors_at_once(channels, LIMITS) == processors
