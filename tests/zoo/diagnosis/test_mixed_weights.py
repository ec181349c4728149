"""Layers with 4-bit weights, chosen under a budget of bytes or of loss."""

import json
import re

import pytest
from diagnosed import case_of, colour_network, write_pictures
from networks import residual_network
from quantization import contract_of, pixel_feeds

from compilers.c.compiler import CCompiler
from compilers.quantize.ptq import QUANTIZER
from compilers.schemes import KPU_U8, W4A8_ASYM, W8A8_ASYM
from zoo.artifact import graph_memory
from zoo.build.limits import Limits
from zoo.diagnosis.mixed_weights import mix_weights
from zoo.diagnosis.runner import Runner
from zoo.errors import QuantizeError, RefusedError, UsageError
from zoo.plugs import QuantizeOptions
from zoo.scheme import Override, exact_pattern

FLOATS = residual_network(channels=8)
SIZES = {
    node.name: FLOATS.tensors[node.inputs[1]].data.size
    for node in FLOATS.nodes
    if node.op in ("conv", "dense")
}


def mixed(limits, scheme=W8A8_ASYM, stored_bytes=lambda _: None):
    def quantize(wanted):
        samples = [pixel_feeds(FLOATS, 12, seed=1)]
        options = QuantizeOptions(calibrator="mse")
        return QUANTIZER.quantize(FLOATS, wanted, samples, contract_of(FLOATS), options)

    runner = Runner("image", pixel_feeds(FLOATS, 12)["image"])
    return mix_weights(FLOATS, scheme, quantize, runner, limits, stored_bytes)


def test_a_budget_is_kept_with_the_fewest_layers():
    whole = mixed(Limits(constants_bytes=10_000))
    assert (whole.chosen.layers, whole.scheme) == (0, W8A8_ASYM)
    half = mixed(Limits(constants_bytes=whole.chosen.constants_bytes - 100))
    assert half.chosen.constants_bytes <= whole.chosen.constants_bytes - 100
    names = [name for name, _ in half.order[: half.chosen.layers]]
    assert names
    assert [override.pattern for override in half.scheme.overrides] == names
    assert sum(SIZES[name] // 2 for name in names[:-1]) < 100


def four_bit_layers(graph):
    """Return how many layers of a graph have 4-bit weights."""
    weights = (t for name, t in graph.tensors.items() if name.endswith("weight"))
    return sum(tensor.quantization.bits == 4 for tensor in weights)


@pytest.mark.parametrize("saved", [0, 1, 1000])
def test_a_budget_is_kept_by_what_the_compiler_stores(saved):
    """Whatever a layer in 4 bits saves, the fewest layers that fit are taken."""
    found = mixed(
        Limits(constants_bytes=5000 - 2 * saved),
        stored_bytes=lambda graph: 5000 - saved * four_bit_layers(graph),
    )
    assert found.chosen.layers == four_bit_layers(found.graph) == (2 if saved else 0)
    assert found.chosen.constants_bytes == 5000 - 2 * saved
    assert "KiB of constants in the program for 4.9" in found.words
    assert found.to_json()["constants_bytes_of"] == "compiler"


def test_a_compiler_that_tells_nothing_is_said():
    found = mixed(Limits(constants_bytes=10_000))
    assert "in the graph (the compiler does not tell what it stores)" in found.words
    assert found.to_json()["constants_bytes_of"] == "graph"
    assert found.chosen.constants_bytes == graph_memory(found.graph).weights_bytes


def test_the_budget_of_a_c_program_is_that_of_its_file(tmp_path):
    pictures = write_pictures(tmp_path / "seen", 30)

    def table(**limits):
        case = case_of(tmp_path, colour_network(), pictures, target="c99", limits=Limits(**limits))
        facts = json.loads((case.files["integer"].parent / "calibration.json").read_text())
        return case, facts["mixed_weights"]

    _, every = table(loss=1.0)
    case, kept = table(constants_bytes=every["tried"][0]["constants_bytes"] - 1)
    stored = CCompiler().lower(case.integers, case.plan.target, case.plan.scheme).files
    size = kept["chosen"]["constants_bytes"]
    assert array_bytes(stored["network_weights.c"].decode()) == size
    assert size < every["tried"][0]["constants_bytes"]


def array_bytes(source):
    """Return the size of all arrays of a C file."""
    arrays = re.findall(r"const u?int(\d+)_t \w+\[[^\]]*\]\s*=\s*\{([^}]*)\}", source)
    return sum(int(bits) // 8 * len(re.findall(r"-?\w+", values)) for bits, values in arrays)


def test_the_loss_of_the_chosen_network_is_the_most_that_is_allowed():
    every = mixed(Limits(loss=1.0))
    assert every.chosen.layers == len(every.order) == 4
    limit = (every.tried[0].loss + every.chosen.loss) / 2
    some = mixed(Limits(loss=limit))
    assert some.chosen.loss <= limit
    above = [one for one in some.tried if one.layers == some.chosen.layers + 1]
    assert above[0].loss > limit
    widths = {
        name: tensor.quantization.bits
        for name, tensor in some.graph.tensors.items()
        if name.endswith("weight")
    }
    assert list(widths.values()).count(4) == some.chosen.layers


def test_the_same_choice_every_time():
    limits = Limits(loss=0.05)
    assert mixed(limits).to_json() == mixed(limits).to_json()
    assert json.loads(json.dumps(mixed(limits).to_json())) == mixed(limits).to_json()


def test_the_order_is_by_loss_per_byte():
    found = mixed(Limits(loss=1.0))
    costs = [loss**2 / SIZES[name] for name, loss in found.order]
    assert costs == sorted(costs)


@pytest.mark.parametrize("limits", [Limits(constants_bytes=50), Limits(loss=1e-6)], ids=str)
def test_limits_that_nothing_keeps_are_refused_with_what_there_is(limits):
    eight = mixed(Limits(loss=1.0)).tried[0]
    told = rf"8 bits lose {eight.loss:.3g} in .*, 4 bits everywhere .* allow more of either"
    with pytest.raises(QuantizeError, match=told):
        mixed(limits)


@pytest.mark.parametrize("scheme", [W4A8_ASYM, KPU_U8], ids=lambda scheme: scheme.name)
def test_a_scheme_that_does_not_mix_is_refused(scheme):
    with pytest.raises(QuantizeError, match=f"'{scheme.name}' has weights of"):
        mixed(Limits(loss=1.0), scheme)


def test_a_pattern_for_one_name_matches_no_other():
    override = Override(exact_pattern("a[0]*"), weight_bits=4)
    assert override.matches("a[0]*")
    assert not override.matches("a0b")


def test_a_build_keeps_the_table(tmp_path):
    pictures = write_pictures(tmp_path / "seen", 30)
    case = case_of(tmp_path, colour_network(), pictures, limits=Limits(loss=1.0))
    bits = {t.quantization.bits for n, t in case.integers.tensors.items() if n.endswith("weight")}
    assert bits == {4}
    facts = json.loads((case.files["integer"].parent / "calibration.json").read_text())
    assert facts["mixed_weights"]["chosen"]["layers"] == 4
    assert "4 of 4 layers have 4-bit weights" in facts["notes"][0]


def test_limits_need_pictures(tmp_path):
    pictures = write_pictures(tmp_path / "seen", 3)
    with pytest.raises(UsageError, match="--budget-kb and --max-loss"):
        case_of(tmp_path, colour_network(), pictures, quant="none", limits=Limits(loss=1.0))


def test_what_the_board_does_not_take_is_told_after_the_first_try(tmp_path):
    pictures = write_pictures(tmp_path / "seen", 30)
    with pytest.raises(RefusedError, match="is int4; the DPU takes int8"):
        case_of(tmp_path, colour_network(), pictures, target="kv260", limits=Limits(loss=1.0))
