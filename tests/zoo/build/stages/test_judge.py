"""A loss above the limit ends the build before anything is lowered or compiled."""

from dataclasses import replace

import numpy as np
import pytest
from networks import residual_network
from PIL import Image

from compilers.hub import HUB
from zoo import registry
from zoo.build.cache import Cache
from zoo.build.pipeline import build
from zoo.build.plan import Plan
from zoo.build.stages.judge import run
from zoo.contract import Contract, Step, TensorSpec
from zoo.errors import VerifyError
from zoo.proof.certificate import LOSS, Check, record_checks
from zoo.recipe import Recipe

CONTRACT = Contract(
    TensorSpec("image", (3, 6, 6)),
    (TensorSpec("landmarks", (10,)),),
    (
        Step("stretch", {"size": [6, 6]}),
        Step("normalize", {"mean": [128] * 3, "std": [128] * 3}),
    ),
)
LOST = Check(f"{LOSS}, output 'landmarks'", "of its spread", 0.3, 0.1, 0.5, 10, "limit", "recorded")


@pytest.fixture
def plan(tmp_path):
    """Return the plan of a network that quantization changes; any loss is above its limit."""
    hub, photos = tmp_path / "float.onnx", tmp_path / "photos"
    hub.write_bytes(HUB.write(residual_network()))
    photos.mkdir()
    random = np.random.default_rng(0)
    for index in range(3):
        pixels = random.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(photos / f"{index}.png")
    return Plan(
        recipe=Recipe("net", "net", "", CONTRACT),
        target=registry.load("target", "x86"),
        quant="ptq",
        scheme="w8a8-asym",
        float_hub=hub,
        quant_hub=None,
        calibration=photos,
        calibration_count=10,
        calibrator="minmax",
        quantization_bound=0.0,
    )


def test_a_build_that_lost_too_much_ends_before_it_is_lowered(plan, tmp_path):
    started = []
    with pytest.raises(VerifyError, match=rf"^net for x86: step '{LOSS}, output 'landmarks', .*"):
        build(plan, Cache(tmp_path / "cache"), started=lambda stage: started.append(stage.name))
    assert started == ["hub", "quantize", "judge"]


def test_a_quantization_that_is_cached_is_judged_by_the_new_limit(plan, tmp_path):
    cache, seen = Cache(tmp_path / "cache"), []
    with pytest.raises(VerifyError):
        build(plan, cache)
    with pytest.raises(VerifyError, match=r"allowed: 1e-06 "):
        build(
            replace(plan, quantization_bound=1e-6),
            cache,
            finished=lambda outcome: seen.append((outcome.stage, outcome.hit)),
        )
    assert seen == [("hub", True), ("quantize", True)]


@pytest.mark.parametrize("records", [(), (LOST,), (replace(LOST, largest=0.9, bound=None),)])
def test_what_is_within_the_limit_or_only_measured_is_built(plan, tmp_path, records):
    graph = replace(residual_network(), metadata=record_checks(*records))
    (tmp_path / "hub.onnx").write_bytes(HUB.write(graph))
    out = tmp_path / "out"
    out.mkdir()
    run(replace(plan, quantization_bound=0.4), {"quantize": tmp_path}, out)
    assert list(out.iterdir()) == []
