"""Operations, bytes and times of the slides' networks, to the digit."""

from dataclasses import replace

import pytest
from layer_chain import SEEDS, layer_chain

from compilers.ai8x.compiler import COMPILER
from compilers.schemes import AI8X
from zoo.build.targets import find_target
from zoo.scheme import Override

FOUR_BITS = replace(AI8X, overrides=(Override("*", 4),))
TIMES = {
    "v2": ([1652.05, 851.84, 367.84, 169.40, 34.50, 5.52, 0.16], 3081.31),
    "v5": ([79.05, 53.24, 19.00, 5.60, 0.16], 157.05),
    "v6": ([826.03, 348.48, 87.12, 33.88, 11.00, 1.00], 1307.51),
    "v7": ([206.51, 309.76, 96.80, 33.88, 11.00, 1.00], 658.95),
}


def costs(network, scheme=AI8X):
    return COMPILER.costs(layer_chain(*SEEDS[network]), find_target("max78000"), scheme)


def test_operations_by_layer():
    rows = costs("v1").rows
    assert [row["ops"] for row in rows] == [
        *(867_328, 604_032, 580_800, 569_184, 234_400, 1_600),
        2_857_344,
    ]
    assert (rows[0]["macc"], rows[0]["comp"]) == (836_352, 30_976)
    assert (rows[-1]["macc"], rows[-1]["comp"]) == (2_741_056, 116_288)
    total = costs("v2").rows[-1]
    assert (total["ops"], total["macc"], total["comp"]) == (9_666_944, 9_433_088, 233_856)


@pytest.mark.parametrize(
    ("network", "scheme", "weight_bytes", "share"),
    [
        ("v1", AI8X, 16_972, "3.8"),
        ("v2", AI8X, 98_648, "22.3"),
        ("v2", FOUR_BITS, 49_324, "11.1"),
    ],
)
def test_bytes(network, scheme, weight_bytes, share):
    table = costs(network, scheme)
    assert (table.rows[-1]["weight_bytes"], table.rows[-1]["bias_bytes"]) == (weight_bytes, 2)
    assert table.notes[0] == (
        f"weights {weight_bytes:,} of 442,368 bytes ({share} %), bias 2 of 2,048 bytes"
    )


@pytest.mark.parametrize("network", TIMES)
def test_expected_times(network):
    layers, total = TIMES[network]
    assert [row["expected_us"] for row in costs(network).rows] == [*layers, total]


@pytest.mark.parametrize(
    ("network", "layers", "total"),
    [
        ("v1", (47_532, 25_708, 10_440, 4_621, 997, 101), 89_400),
        ("v2", (78_508, 41_196, 18_184, 8_493, 1_797, 312, 16), 148_507),
        ("v5", (5_116, 2_685, 997, 312, 16), 9_127),
        ("v7", (24_388, 14_092, 4_632, 1_717, 597, 101), 45_528),
    ],
)
def test_cycles_are_those_that_the_vendors_tool_printed(network, layers, total):
    assert [row["ai8xize_cycles"] for row in costs(network).rows] == [*layers, total]


def test_layers_beyond_the_known_formula_have_no_cycles():
    table = COMPILER.costs(layer_chain((80, 4)), find_target("max78000"), AI8X)
    assert [row["ai8xize_cycles"] for row in table.rows[:2]] == [None, None]
    assert table.rows[-1]["ai8xize_cycles"] is None
