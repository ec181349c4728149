"""A limit of time refuses slow networks, published, float or to be quantized."""

import pytest
from diagnosed import case_of, colour_network, write_pictures

from zoo import registry
from zoo.build.cache import Cache
from zoo.build.limits import Limits
from zoo.build.pipeline import artifact_stages, build
from zoo.build.plan import make_plan
from zoo.build.time_limit import estimated_ms
from zoo.build.wish import Wish
from zoo.errors import QuantizeError, RefusedError

MODEL = "pfld_0.25x.300w68"
ENDLESS_MS = 1e6


def quantized(tmp_path, target, quant="ptq", ms=ENDLESS_MS):
    plan = make_plan(Wish(MODEL, target, quant=quant, limits=Limits(ms=ms)))
    done = build(plan, Cache(tmp_path), stages=artifact_stages()[:2])
    hub = (done["quantize"] / "hub.onnx").read_bytes()
    return plan, registry.load("format", "onnx").read(hub, "hub.onnx")


@pytest.mark.parametrize("quant", ["ptq", "none", "fp16"])
def test_a_network_that_is_not_calibrated_is_judged(tmp_path, quant):
    ms = estimated_ms(*quantized(tmp_path, "x86", quant))
    assert ms > 0
    quantized(tmp_path, "x86", quant, ms)
    told = rf"^{MODEL}: takes an estimated [0-9.]+ ms on x86, and --budget-ms allows [0-9.]+: allow"
    with pytest.raises(QuantizeError, match=told):
        quantized(tmp_path, "x86", quant, 0.99 * ms)


def test_a_board_of_unknown_speed_is_named_with_what_to_do(tmp_path):
    told = (
        "^c99: `zoo estimate` does not know how fast it computes int8, which --budget-ms 5 needs: "
        r"leave out --budget-ms, and measure .* `zoo bench`; boards of known speed: .*\bx86"
    )
    with pytest.raises(RefusedError, match=told) as refused:
        quantized(tmp_path, "c99", ms=5)
    assert "c99" not in str(refused.value).partition("known speed")[2]


def test_a_network_to_be_quantized_is_judged_first(tmp_path):
    pictures = write_pictures(tmp_path / "seen", 10)
    with pytest.raises(QuantizeError, match=r"colour: takes an estimated .* allows 1e-06: al"):
        case_of(tmp_path, colour_network(), pictures, limits=Limits(ms=1e-6))
