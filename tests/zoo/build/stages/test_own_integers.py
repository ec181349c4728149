"""From a file that is already quantized to the artifact, and what the certificate says of it."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from quantized_files import quantized_file

from compilers.hub import HUB
from zoo.build.cache import Cache
from zoo.build.calibration_record import quantization_notes
from zoo.build.pipeline import artifact_stages, build
from zoo.build.plan import make_plan
from zoo.build.stages.lower import read_artifact
from zoo.build.wish import Wish
from zoo.proof.certificate import LOSS
from zoo.proof.proof import Evidence, prove
from zoo.proof.source_check import SOURCE_STEP
from zoo.recipe import GoldenInput

pytest.importorskip("onnxruntime.quantization")

LAST = "integer reference -> artifact"
TOML = """
input = {name = "x", shape = [3, 8, 8]}
outputs = [{name = "y", shape = [4]}]
post = []
pre = [
    {name = "crop"},
    {name = "resize", size = [8, 8]},
    {name = "normalize", mean = [128, 128, 128], std = [128, 128, 128]},
]
"""


def _proven(tmp_path, target: str, **how: object) -> tuple[list[str], tuple[str, ...]]:
    """Build up to the artifact, prove it, and return the certificate's steps and notes."""
    pictures = how.pop("pictures", None)
    quantized_file(tmp_path / "net.onnx", **how)
    (tmp_path / "c.toml").write_text(TOML)
    wish = Wish(str(tmp_path / "net.onnx"), target, contract=tmp_path / "c.toml")
    plan = make_plan(replace(wish, calibration=pictures, quantization_bound=0.5))
    done = build(plan, Cache(tmp_path / "cache"), stages=artifact_stages())
    given, hub = done["hub"] / "float.onnx", done["quantize"] / "hub.onnx"
    assert (given.read_bytes() == hub.read_bytes()) == plan.keeps_integers
    assert HUB.read(hub.read_bytes(), "hub").is_quantized
    folder, main, exactness = read_artifact(done["lower"])
    Image.radial_gradient("L").convert("RGB").save(tmp_path / "0.png")
    evidence = Evidence(
        contract=plan.recipe.contract,
        golden=[GoldenInput("0", tmp_path / "0.png", (0, 0, 256, 256))],
        float_hub=given,
        hub=hub,
        folder=folder,
        main=main,
        exactness=exactness,
        executor=plan.target.executor,
        app=plan.target.app,
        program=None,
        is_quantized=not plan.is_float,
        quantization_bound=plan.quantization_bound,
        source=tmp_path / "net.onnx",
    )
    checks = prove(evidence).checks
    assert all(check.holds for check in checks)
    steps = [check.step for check in checks if "each op alone" not in check.step]
    return steps, quantization_notes(done["quantize"])


@pytest.fixture
def photos(tmp_path):
    (tmp_path / "photos").mkdir()
    random = np.random.default_rng(0)
    for index in range(12):
        pixels = random.integers(0, 256, (16, 16, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "photos" / f"{index}.png")
    return tmp_path / "photos"


@pytest.mark.parametrize("target", ["x86", "x86:c", "rpi4:c"])
def test_its_integers_are_what_the_artifact_is_compared_with(tmp_path, target):
    steps, notes = _proven(tmp_path, target)
    assert steps == [SOURCE_STEP, "integer reference -> quantized file", LAST]
    assert notes == ("net.onnx is already quantized: its own integers were kept",)


def test_pictures_that_are_not_used_are_told(tmp_path, photos):
    _, (note,) = _proven(tmp_path, "c99", pictures=photos)
    assert note.endswith("its own integers were kept; the pictures in --calib were not used")


def test_another_scheme_is_a_loss_that_is_measured(tmp_path):
    steps, notes = _proven(tmp_path, "kv260", gate=False)
    assert steps == [
        SOURCE_STEP,
        "integer reference -> quantized file",
        "integer reference of the file -> integer reference",
        "integer reference -> hub",
        LAST,
    ]
    start = "net.onnx is already quantized, but not with dpu-pow2: it was requantized"
    assert notes == (f"{start}, using the file's own ranges",)


def test_with_pictures_the_loss_is_measured_on_some_held_out(tmp_path, photos):
    steps, notes = _proven(tmp_path, "kv260", gate=False, pictures=photos)
    assert f"{LOSS}, output 'y', 2 pictures held out from calibration" in steps
    assert notes[0].endswith("it was requantized, using the pictures in --calib")
