"""Layers with 4-bit weights, chosen under a budget of bytes or of loss."""

import json

import pytest
from diagnosed import case_of, colour_network, write_pictures
from networks import residual_network
from quantization import contract_of, pixel_feeds

from compilers.quantize.ptq import QUANTIZER
from compilers.schemes import KPU_U8, W4A8_ASYM, W8A8_ASYM
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


def mixed(limits, scheme=W8A8_ASYM):
    def quantize(wanted):
        samples = [pixel_feeds(FLOATS, 12, seed=1)]
        options = QuantizeOptions(calibrator="mse")
        return QUANTIZER.quantize(FLOATS, wanted, samples, contract_of(FLOATS), options)

    runner = Runner("image", pixel_feeds(FLOATS, 12)["image"])
    return mix_weights(FLOATS, scheme, quantize, runner, limits)


def test_a_budget_is_kept_with_the_fewest_layers():
    whole = mixed(Limits(parameter_bytes=10_000))
    assert (whole.chosen.layers, whole.scheme) == (0, W8A8_ASYM)
    half = mixed(Limits(parameter_bytes=whole.chosen.parameter_bytes - 100))
    assert half.chosen.parameter_bytes <= whole.chosen.parameter_bytes - 100
    names = [name for name, _ in half.order[: half.chosen.layers]]
    assert names
    assert [override.pattern for override in half.scheme.overrides] == names
    assert sum(SIZES[name] // 2 for name in names[:-1]) < 100


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


@pytest.mark.parametrize("limits", [Limits(parameter_bytes=50), Limits(loss=1e-6)], ids=str)
def test_limits_that_nothing_keeps_are_refused_with_what_there_is(limits):
    with pytest.raises(QuantizeError, match=r"4 bits everywhere .* allow more of either"):
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
