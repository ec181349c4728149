"""Further forms of a network in its artifact: run where their tools are, else named."""

import numpy as np
import pytest
from layer_chain import layer_chain
from PIL import Image

from compilers.hub import HUB
from runtimes.executors.c_cortex_m4 import EXECUTOR
from zoo.build.cache import Cache
from zoo.build.pipeline import artifact_stages, build
from zoo.build.plan import make_plan
from zoo.build.stages.lower import read_artifact
from zoo.build.wish import Wish
from zoo.proof import other_forms as module
from zoo.proof.other_forms import absent_forms, forms_here, other_forms
from zoo.proof.proof import Evidence, prove
from zoo.recipe import GoldenInput
from zoo.tool import find_tool

TITLE = "C on an emulated Cortex-M4F"
TOML = """
input = {name = "image", shape = [3, 16, 16]}
outputs = [{name = "logits", shape = [2]}]
post = []
pre = [
    {name = "crop"},
    {name = "resize", size = [16, 16]},
    {name = "normalize", mean = [128, 128, 128], std = [128, 128, 128]},
]
"""


@pytest.fixture
def evidence(tmp_path):
    """Return that of a small network for the MAX78000."""
    (tmp_path / "net.onnx").write_bytes(HUB.write(layer_chain((4, 8), seed=1)))
    (tmp_path / "c.toml").write_text(TOML)
    (tmp_path / "photos").mkdir()
    random = np.random.default_rng(0)
    for index in range(8):
        pixels = random.integers(0, 256, (16, 16, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "photos" / f"{index}.png")
    plan = make_plan(
        Wish(
            str(tmp_path / "net.onnx"),
            "max78000",
            quant="ptq",
            contract=tmp_path / "c.toml",
            calibration=tmp_path / "photos",
            quantization_bound=1.0,
        )
    )
    done = build(plan, Cache(tmp_path / "cache"), stages=artifact_stages())
    folder, main, exactness = read_artifact(done["lower"])
    return Evidence(
        contract=plan.recipe.contract,
        golden=[GoldenInput("0", tmp_path / "photos" / "0.png", (0, 0, 16, 16))],
        float_hub=done["hub"] / "float.onnx",
        hub=done["quantize"] / "hub.onnx",
        folder=folder,
        main=main,
        exactness=exactness,
        executor=plan.target.executor,
        app=plan.target.app,
        program=None,
        is_quantized=True,
        quantization_bound=1.0,
        source=tmp_path / "net.onnx",
        other_forms=(TITLE,),
    )


@pytest.mark.toolchain
def test_the_networks_c_gives_the_references_integers_on_a_cortex_m4(evidence):
    for tool in EXECUTOR.tools:
        if not find_tool(tool):
            pytest.skip(f"no {tool.name}; {tool.remedy} installs it")
    last = prove(evidence).checks[-1]
    assert last.step == f"integer reference -> {TITLE}"
    assert (last.unit, last.bound, last.largest, last.values) == ("lsb", 0, 0, 2)


@pytest.mark.parametrize("executor", ["onnxruntime", "reference", "c"])
def test_most_artifacts_have_one_form(executor):
    assert other_forms(executor) == {}
    assert (forms_here(executor), absent_forms(executor)) == ((), ())


def test_missing_tools_are_named_with_their_remedy(monkeypatch):
    monkeypatch.setattr(
        module, "find_tool", lambda tool: "" if "compiler" in tool.name else "/usr/bin/tool"
    )
    assert forms_here("ai8x") == ()
    assert absent_forms("ai8x") == (
        f"{TITLE} was not run: no Cortex-M compiler here; scripts/toolchains mcu installs it",
    )


def test_a_form_with_all_its_tools_is_run(monkeypatch):
    monkeypatch.setattr(module, "find_tool", lambda _: "/usr/bin/tool")
    assert forms_here("ai8x") == (TITLE,)
    assert absent_forms("ai8x") == ()
