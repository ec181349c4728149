"""A graph that a pass has broken is found, with the pass and what is wrong."""

from dataclasses import replace

import numpy as np
import pytest
from every_op import PAIRS, every_op
from hypothesis import given
from integer_graphs import FORMS, POWER_OF_TWO_FORMS, integer_graphs
from one_node import OneNode, activation

from compilers.passes.channels_last import channels_last
from compilers.passes.verify import run_passes, verify
from zoo.errors import VerifyError
from zoo.graph import Graph, Quantization, Tensor

GRID = Quantization((0.05,), (3,))
IMAGE = activation(("N", 4, 5, 6), GRID)
SOUND = OneNode("requantize", (IMAGE,), {}, Quantization((0.25,), (0,))).graph


@pytest.mark.parametrize("pair", PAIRS)
def test_every_op_is_sound_in_both_layouts(pair):
    verify(every_op(pair), "import")
    run_passes(every_op(pair), (channels_last,))


@given(integer_graphs(FORMS | POWER_OF_TWO_FORMS))
def test_integer_networks_are_sound(graph):
    verify(graph, "import")


def changed(**tensors: dict) -> Graph:
    parts = [replace(SOUND.tensors[name], **fields) for name, fields in tensors.items()]
    return SOUND.replace(SOUND.nodes, parts)


def with_integers(**integer: tuple[int, ...]) -> Graph:
    nodes = [
        replace(node, integer={**node.integer, **integer}) if node.op == "requantize" else node
        for node in SOUND.nodes
    ]
    return SOUND.replace(nodes)


BROKEN = {
    "shape": (
        changed(y={"shape": ("N", 4, 5, 7)}),
        r"node 'alone' \(requantize\) computes the shape \('N', 4, 5, 6\), 'y' has \('N', 4, 5, 7",
    ),
    "type": (changed(y={"dtype": "uint8"}), r"tensor 'y' is uint8, its quantization int8"),
    "scales": (
        changed(y={"quantization": Quantization((0.1, 0.2), (0, 0))}),
        r"tensor 'y' .* has 2 scales and 2 zero points along axis None",
    ),
    "layout": (
        changed(y={"shape": ("N", 4), "layout": "NCHW"}),
        r"tensor 'y' \('N', 4\) has the layout",
    ),
    "shift": (
        with_integers(shift=(63,)),
        r"\(requantize\) shifts by 63 to 63; allowed are 1 to 62",
    ),
    "shifts": (with_integers(shift=(30, 31)), r"\(requantize\) has 1 multipliers and 2 shifts"),
    "multiplier": (
        with_integers(multiplier=(2**31,)),
        r"\(requantize\) has a multiplier of more than 32 bits",
    ),
    "range": (
        with_integers(range=(-129, 5)),
        r"\(requantize\) stores \(-129, 5\); 'int8' holds -128 to 127",
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_said(what):
    graph, problem = BROKEN[what]
    start = r"^graph 'one node', after the pass <lambda>: .*"
    with pytest.raises(VerifyError, match=f"{start}{problem}.*; the pass is wrong, report it"):
        run_passes(SOUND, (lambda _: graph,))


def test_data_have_the_shape_that_is_said():
    weight = Tensor("w", (2, 2), data=np.zeros((2, 3), np.float32))
    graph = replace(SOUND, tensors={**SOUND.tensors, "w": weight})
    with pytest.raises(VerifyError, match=r"tensor 'w' has the shape \(2, 2\), its data \(2, 3\)"):
        verify(graph, "a pass")
