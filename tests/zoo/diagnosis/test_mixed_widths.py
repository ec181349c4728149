"""Bit widths by layer, chosen under a budget of bytes or of loss."""

import json
import re
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
from diagnosed import case_of, colour_network, write_pictures
from networks import residual_network
from quantization import contract_of, pixel_feeds

from compilers.c.compiler import CCompiler
from compilers.quantize.ptq import QUANTIZER
from compilers.schemes import KPU_U8, W4A8_ASYM, W8A8_ASYM
from zoo.artifact import graph_memory
from zoo.build.limits import Limits
from zoo.diagnosis.mixed_widths import mix_widths
from zoo.diagnosis.output_loss import mean_loss
from zoo.diagnosis.runner import Runner
from zoo.diagnosis.width_limits import TrialQuantizer
from zoo.errors import QuantizeError, RefusedError, UsageError
from zoo.plugs import QuantizeOptions
from zoo.proof.certificate import recorded_checks
from zoo.scheme import Override, exact_pattern

FLOATS = residual_network(channels=8)
SIZES = {
    node.name: FLOATS.tensors[node.inputs[1]].data.size
    for node in FLOATS.nodes
    if node.op in ("conv", "dense")
}


def integers(scheme, calibrator="mse"):
    samples = [pixel_feeds(FLOATS, 12, seed=1)]
    options = QuantizeOptions(calibrator=calibrator)
    return QUANTIZER.quantize(FLOATS, scheme, samples, contract_of(FLOATS), options)


def takes(*names):
    """Return a quick quantization for a board that takes some widths: 'w4', 'a16'."""

    def quick(scheme):
        own = scheme.at(FLOATS.outputs[0])
        if own.activation_bits == 16 and "a16" not in names:
            raise RefusedError("the board has no 16-bit values")
        if own.weight_bits == 4 and "w4" not in names:
            raise RefusedError("the board has no 4-bit weights")
        return integers(scheme, "minmax")

    return quick


FOUR = takes("w4")


def nothing(_):
    return None


def mixed(
    limits,
    scheme=W8A8_ASYM,
    stored_bytes=nothing,
    quick=FOUR,
    whole=integers,
    ms=nothing,
    refused=frozenset(),
):
    runner = Runner("image", pixel_feeds(FLOATS, 12)["image"])
    quantizer = TrialQuantizer(whole, quick, stored_bytes, ms, lambda _: refused)
    return mix_widths(FLOATS, scheme, quantizer, runner, limits)


def test_a_budget_is_kept_with_the_fewest_layers():
    whole = mixed(Limits(constants_bytes=10_000))
    assert (whole.chosen.layers, whole.scheme) == (0, W8A8_ASYM)
    half = mixed(Limits(constants_bytes=whole.chosen.constants_bytes - 100))
    assert half.chosen.constants_bytes <= whole.chosen.constants_bytes - 100
    names = [one.node for one in half.layers[: half.chosen.layers]]
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
    assert "KiB of constants in the program" in found.words
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
        return case, facts["mixed_widths"]

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
    assert every.chosen.layers == len(every.layers) == 4
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
    costs = [one.loss**2 / SIZES[one.node] for one in found.layers]
    assert costs == sorted(costs)


def never(_):
    raise AssertionError("calibrated")


def test_a_budget_below_4_bits_everywhere_is_refused_before_calibration():
    told = "keeps 0.049.* KiB: 4 bits everywhere take .* KiB .*; allow more KiB, or choose a"
    with pytest.raises(QuantizeError, match=told):
        mixed(Limits(constants_bytes=51), whole=never)


def test_a_board_without_4_bit_weights_keeps_a_budget_in_8_bits_or_refuses_at_once():
    eight = graph_memory(integers(W8A8_ASYM)).weights_bytes
    assert mixed(Limits(constants_bytes=eight), quick=takes()).scheme == W8A8_ASYM
    told = "8 bits take .*, and fewer bits are refused: the board has no 4-bit weights; allow more"
    with pytest.raises(QuantizeError, match=told):
        mixed(Limits(constants_bytes=eight - 1), quick=takes(), whole=never)


def test_a_loss_below_that_of_8_bits_is_refused_after_one_try():
    calls = []

    def whole(scheme):
        calls.append(scheme)
        return integers(scheme)

    told = r"a loss of 1e-06: 8 bits lose 0.\d+; the board has no 16-bit values; allow a larger"
    with pytest.raises(QuantizeError, match=told):
        mixed(Limits(loss=1e-6), whole=whole)
    assert calls == [W8A8_ASYM]


def test_both_limits_name_the_remedy_for_both():
    eight = mixed(Limits(loss=1.0)).tried[0]
    told = r"KiB and a loss of .*: 8 bits lose .*; . layers with 4-bit weights lose .*; allow more"
    with pytest.raises(QuantizeError, match=told):
        mixed(Limits(eight.constants_bytes - 100, eight.loss))


def test_a_loss_below_that_of_8_bits_is_reached_by_few_16_bit_values():
    quick = takes("a16")
    all_wide = integers(replace(W8A8_ASYM, overrides=(Override("*", activation_bits=16),)))
    eight, least = loss_of(integers(W8A8_ASYM)), loss_of(all_wide)
    found = mixed(Limits(loss=(eight + least) / 2), quick=quick)
    assert least < found.chosen.loss <= (eight + least) / 2
    assert 0 < found.chosen.values < len(found.values)
    assert found.layers == ()
    wide = [t for t in found.graph.tensors.values() if t.quantization and t.quantization.bits == 16]
    assert len(wide) >= found.chosen.values
    assert found.words.startswith(f"{found.chosen.values} of {len(found.values)} values have 16")
    assert [one.loss for one in found.values] == sorted(
        (o.loss for o in found.values), reverse=True
    )


def test_values_without_kernels_keep_8_bits():
    quick, limits = takes("a16"), Limits(loss=0.9 * loss_of(integers(W8A8_ASYM)))
    free = mixed(limits, quick=quick)
    first = free.values[0].node
    found = mixed(limits, quick=quick, refused=frozenset({first}))
    names = [one.node for one in found.values]
    assert first not in names
    assert set(names) < {one.node for one in free.values}
    (kept,) = (node for node in found.graph.nodes if node.name == first)
    assert found.graph.tensors[kept.output].quantization.bits == 8


def loss_of(graph):
    runner = Runner("image", pixel_feeds(FLOATS, 12)["image"])
    return mean_loss(runner.outputs(FLOATS), runner.outputs(graph))


def wide_values(graph):
    """Return a time that grows with the values of 16 bits."""
    grids = (t.quantization for t in graph.tensors.values() if not t.is_constant)
    return 1.0 + sum(grid is not None and grid.bits == 16 for grid in grids)


@pytest.mark.parametrize("quick", [takes(), takes("w4"), takes("a16"), takes("w4", "a16")])
def test_a_limit_of_time_leaves_8_bits_and_says_the_estimate(quick):
    found = mixed(Limits(ms=2.0), ms=wide_values, quick=quick)
    assert (found.scheme, found.chosen.ms) == (W8A8_ASYM, 1.0)
    assert found.words.endswith(", an estimated 1 ms")


def test_16_bit_values_that_take_too_long_are_refused():
    eight = loss_of(integers(W8A8_ASYM))
    quick = takes("a16")
    kept = mixed(Limits(loss=0.9 * eight), ms=wide_values, quick=quick)
    assert mixed(Limits(loss=0.9 * eight, ms=kept.chosen.ms), ms=wide_values, quick=quick) == kept
    told = r"and 1.5 ms: 8 bits lose .*, estimated time 1 ms; . values .*; allow a larger loss or"
    with pytest.raises(QuantizeError, match=told):
        mixed(Limits(loss=0.9 * eight, ms=1.5), ms=wide_values, quick=quick)


def test_16_bit_values_of_unknown_time_are_refused_by_a_limit_of_time():
    def only_8_bits(graph):
        return 1.0 if wide_values(graph) == 1.0 else None

    eight = loss_of(integers(W8A8_ASYM))
    with pytest.raises(QuantizeError, match=r"values with 16 bits lose .*, estimated time unknown"):
        mixed(Limits(loss=0.9 * eight, ms=9.0), ms=only_8_bits, quick=takes("a16"))


def test_8_bits_are_kept_where_they_suffice_and_the_board_has_no_fewer():
    found = mixed(Limits(loss=1.0), quick=takes("a16"))
    assert found.scheme == W8A8_ASYM
    assert len(found.tried) == 1
    assert found.words.startswith("all layers have 8-bit weights and values: ")


def test_a_loss_below_that_of_16_bits_is_refused_after_two_tries():
    calls = []

    def whole(scheme):
        calls.append(scheme)
        return integers(scheme)

    told = r"8 bits lose .*; \d values with 16 bits lose .*; allow a larger loss"
    with pytest.raises(QuantizeError, match=told):
        mixed(Limits(loss=1e-9), quick=takes("a16"), whole=whole)
    assert len(calls) == 2


@pytest.mark.parametrize("scheme", [W4A8_ASYM, KPU_U8], ids=lambda scheme: scheme.name)
def test_a_scheme_that_does_not_mix_is_refused(scheme):
    told = f"'{scheme.name}' has weights of .*; the board has no 16-bit values; leave out the limit"
    with pytest.raises(RefusedError, match=told):
        mixed(Limits(loss=1.0), scheme)


def test_a_pattern_for_one_name_matches_no_other():
    override = Override(exact_pattern("a[0]*"), weight_bits=4)
    assert override.matches("a[0]*")
    assert not override.matches("a0b")


def test_a_refusal_of_what_was_tried_names_no_scheme(tmp_path):
    """Nobody has asked for w4a8-asym."""
    pictures = write_pictures(tmp_path / "seen", 30)
    limits = Limits(constants_bytes=10)
    told = r"fewer bits are refused: android refuses 4-bit weights with 8-bit values: LiteRT's"
    with pytest.raises(QuantizeError, match=told) as caught:
        case_of(tmp_path, colour_network(), pictures, target="android", limits=limits)
    assert "w4a8" not in str(caught.value)
    assert "w8a8" not in str(caught.value)


def test_a_build_keeps_the_table(tmp_path):
    pictures = write_pictures(tmp_path / "seen", 30)
    case = case_of(tmp_path, colour_network(), pictures, target="c99", limits=Limits(loss=1.0))
    bits = {t.quantization.bits for n, t in case.integers.tensors.items() if n.endswith("weight")}
    assert bits == {4}
    facts = json.loads((case.files["integer"].parent / "calibration.json").read_text())
    assert facts["mixed_widths"]["chosen"]["layers"] == 4
    assert "4 of 4 layers have 4-bit weights" in facts["notes"][0]


@pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")
def test_chosen_layers_keep_their_bits_in_a_training_on_unlabelled_pictures(tmp_path):
    pictures = write_pictures(tmp_path / "seen", 60)
    bits, integers = [], []
    for quant, options in {"ptq": {}, "qat": {"epochs": 4}}.items():
        options |= {"target": "c99", "quant": quant, "limits": Limits(loss=1.0)}
        case = case_of(tmp_path, colour_network(), pictures, **options)
        weights = [t for name, t in case.integers.tensors.items() if name.endswith("weight")]
        bits.append([tensor.quantization.bits for tensor in weights])
        integers.append([np.asarray(tensor.data).astype(int).tolist() for tensor in weights])
        facts = json.loads((case.files["integer"].parent / "calibration.json").read_text())
        assert ("before training" in facts["notes"][0]) == (quant == "qat")
        assert all(one.holds for one in recorded_checks(case.integers.metadata, "hub.onnx"))
    assert bits[0] == bits[1]
    assert set(bits[0]) == {4}
    assert integers[0] != integers[1]


@pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")
def test_a_training_that_loses_more_than_the_limit_is_refused(tmp_path, monkeypatch):
    def ruin(module, _):
        for parameter in module.parameters():
            parameter.data.zero_()

    monkeypatch.setattr("zoo.build.stages.quantize._fit", lambda _: ruin)
    pictures = write_pictures(tmp_path / "seen", 30)
    told = (
        r"^training made the loss .*, above the limit of 0\.4; before it was .* --quant ptq keeps"
    )
    options = {"target": "c99", "quant": "qat", "limits": Limits(loss=0.4)}
    with pytest.raises(QuantizeError, match=told):
        case_of(tmp_path, colour_network(), pictures, **options)


def test_limits_need_pictures(tmp_path):
    pictures = write_pictures(tmp_path / "seen", 3)
    with pytest.raises(UsageError, match="--budget-kb and --max-loss choose"):
        case_of(tmp_path, colour_network(), pictures, quant="none", limits=Limits(loss=1.0))


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("kv260", "is int4; the DPU takes int8"),
        ("k210", "'kpu-u8' has weights of 8 bits and does not mix them with 4"),
    ],
)
def test_a_board_without_other_widths_says_why(tmp_path, target, why):
    pictures = write_pictures(tmp_path / "seen", 30)
    with pytest.raises(RefusedError, match=why):
        case_of(tmp_path, colour_network(), pictures, target=target, limits=Limits(loss=1.0))


@pytest.mark.parametrize("target", ["x86", "rpi4", "c99"])
def test_a_board_gets_16_bit_values_where_8_bits_lose_too_much(tmp_path, target):
    pictures = write_pictures(tmp_path / "seen", 30)
    eight = case_of(tmp_path, colour_network(), pictures, target=target)
    runner = eight.pictures
    wanted = runner.outputs(replace(eight.floats, outputs=eight.integers.outputs))
    limit = mean_loss(wanted, runner.outputs(eight.integers)) * 0.75
    case = case_of(tmp_path, colour_network(), pictures, target=target, limits=Limits(loss=limit))
    facts = json.loads((case.files["integer"].parent / "calibration.json").read_text())
    assert facts["mixed_widths"]["chosen"]["values"] > 0
    assert facts["mixed_widths"]["chosen"]["loss"] <= limit
    values = [t.quantization for t in case.integers.tensors.values() if not t.is_constant]
    assert any(grid is not None and grid.bits == 16 for grid in values)


def told(caplog, limits, **options):
    with caplog.at_level("INFO"):
        found = mixed(limits, **options)
    return found, caplog.messages


def test_each_try_says_whether_it_keeps_the_limit(caplog):
    found, lines = told(caplog, Limits(loss=1.0))
    eight, four = found.tried
    assert [line for line in lines if line.startswith(("bit", "try", "at most", "chosen"))] == [
        "bit widths for a loss of 1, judged on 12 pictures",
        "try 1: 8 bits",
        f"try 1: mean loss {eight.loss:.3g}, {eight.constants_bytes / 1024:.1f} KiB: "
        "keeps a loss of 1",
        "at most 3 more tries",
        "try 2: 4 layers with 4-bit weights",
        f"try 2: mean loss {four.loss:.3g}, {four.constants_bytes / 1024:.1f} KiB: "
        "keeps a loss of 1",
        "chosen: 4 layers with 4-bit weights",
    ]


def test_a_try_above_the_limit_says_so_and_repeats_no_size(caplog):
    eight = loss_of(integers(W8A8_ASYM))
    found, lines = told(caplog, Limits(loss=0.9 * eight), quick=takes("a16"))
    assert any(line.endswith("KiB: the loss is above the limit") for line in lines)
    assert sum("KiB" in line for line in lines) == 1
    bound = next(int(line.split()[2]) for line in lines if line.startswith("at most"))
    assert len(found.tried) - 2 <= bound
