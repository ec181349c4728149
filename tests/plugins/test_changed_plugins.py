"""A plugin's changed code makes the stages that used it again, and no others but what follows.

Each kind of plugin comes in a distribution of its own; one build uses them all.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from made_once import made_once
from onnx import TensorProto, helper, numpy_helper
from seen_anew import see_anew

from zoo.plugins import KINDS
from zoo.provenance.used import Thing, facts

SOURCE = Path(__file__).with_name("every_kind")
BUILD = "kind_recipe.kind-target.ptq"
WORDS = ("build", "kind_recipe", "--target", "kind-target", "--quantizer", "kind-quantizer")
TOLD = {"verify", "package"}
"""They name all that took part so far."""
# What is edited, and which stages use it.
USERS = {
    "recipe": ("kind_recipe/__init__.py", set()),
    "target": ("kind_target.py", set()),
    "scheme": ("kind_scheme.py", {"quantize"}),
    "op": ("kind_op.py", {"hub", "quantize", "judge", "lower"}),
    # quantize asks the steps whether the values are boxes, which are judged as boxes.
    "step": ("kind_step/kind_mark.hpp", {"quantize", "generate"}),
    "format": ("kind_format.py", {"lower"}),
    "importer": ("kind_importer.py", {"lower"}),
    "quantizer": ("kind_quantizer.py", {"quantize"}),
    "compiler": ("kind_compiler.py", {"lower"}),
    "executor": ("kind_executor.py", set()),
    "app": ("kind_app/program.j2", {"generate", "compile"}),
    "package": ("kind_package.py", set()),
    "dataset": ("kind_dataset.py", {"quantize"}),
    "lowering": ("kind_lowering.py", {"lower"}),
    "renderer": ("kind_renderer.py", {"lower"}),
    "describer": ("kind_describer.py", {"lower"}),
}


def network() -> bytes:
    random = np.random.Generator(np.random.PCG64(0))
    weights = {"w": (4, 3, 3, 3), "b": (4,), "dense_w": (5, 64), "dense_b": (5,)}
    nodes = [
        helper.make_node("Conv", ["image", "w", "b"], ["c"], "conv", strides=[2, 2], pads=[1] * 4),
        helper.make_node("Trilu", ["c"], ["t"], "triangle", upper=1),
        helper.make_node("Flatten", ["t"], ["flat"], "flatten"),
        helper.make_node("Gemm", ["flat", "dense_w", "dense_b"], ["score"], "dense", transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "kind",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 8, 8])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, ["N", 5])],
        [
            numpy_helper.from_array(random.standard_normal(shape).astype(np.float32), name)
            for name, shape in weights.items()
        ],
    )
    opset = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()


def install(site: Path) -> None:
    """Write every kind's distribution as pip would."""
    shutil.copytree(SOURCE, site)
    (site / "kind_recipe" / "network.onnx").write_bytes(network())
    for kind in USERS:
        info = site / f"zoo_kind_{kind}-1.0.dist-info"
        info.mkdir()
        headers = f"Metadata-Version: 2.1\nName: zoo-kind-{kind}\nVersion: 1.0\n"
        (info / "METADATA").write_text(headers)
        (info / "entry_points.txt").write_text(f"[zoo]\nkind_{kind} = kind_{kind}\n")
        (info / "top_level.txt").write_text(f"kind_{kind}\n")


def zoo(folder: Path, *words: object) -> str:
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder / "site"),
        "ZOO_CACHE": str(folder / "cache"),
    }
    command = [sys.executable, "-m", "zoo", *map(str, words)]
    ran = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def build(folder: Path) -> dict[str, str]:
    """Build and return why each stage ran, 'cached' where it did not."""
    words = (*WORDS, "--calib", f"kind_dataset:{folder / 'pictures'}", "--json")
    bound = ("--max-quantization-error", 5)
    stages = json.loads(zoo(folder, *words, *bound))["stages"]
    return {stage["stage"]: stage["reason"] for stage in stages}


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Path:
    """A folder with `site`, where the plugins are, and `cache` and `dist`, what they built."""

    def make(folder: Path) -> None:
        from zoo.contract import Contract, TensorSpec
        from zoo.proof.golden import golden_inputs
        from zoo.recipe import Recipe

        install(folder / "site")
        (folder / "pictures").mkdir()
        nothing = Contract(TensorSpec("image", (3, 8, 8)), (), ())
        golden_inputs(Recipe("none", "", "", nothing), folder / "pictures")
        build(folder)

    return made_once(tmp_path_factory, "every-kind", make)


@pytest.fixture
def edited(built, tmp_path, monkeypatch):
    """Return edited(file): the stages whose results no longer count after an edit."""
    site = tmp_path / "site"
    shutil.copytree(built / "site", site)
    monkeypatch.syspath_prepend(site)

    def edit(file: str) -> set[str]:
        with (site / file).open("a") as source:
            source.write("# another word\n" if file.endswith(".py") else "// another word\n")
        see_anew()
        return {stage for stage, record in records(built).items() if not counts(record)}

    yield edit
    monkeypatch.undo()
    for module in {module for module in sys.modules if module.startswith("kind_")}:
        del sys.modules[module]
    see_anew()


def records(built: Path) -> dict[str, dict]:
    files = (built / "cache" / "last").glob(f"{BUILD}.*.json")
    return {file.name.split(".")[-2]: json.loads(file.read_text()) for file in files}


def counts(record: dict) -> bool:
    return facts(Thing(**thing) for thing in record["used"]) == record["facts"]


def test_each_kind_is_tried():
    assert set(USERS) == set(KINDS) - {"pruner"}  # no build prunes


@pytest.mark.parametrize("kind", USERS)
def test_the_stages_that_used_it_are_made_anew(edited, kind):
    file, users = USERS[kind]
    told = {"package"} if kind == "package" else TOLD
    assert edited(file) == users | told


def test_nothing_edited_is_nothing_changed(edited, built):
    assert edited("kind_recipe/../unrelated.py") == set()
    assert len(records(built)) == 8


def test_an_edited_header_is_in_the_next_build(built, tmp_path):
    shutil.copytree(built, tmp_path / "own")
    folder = tmp_path / "own"
    assert set(build(folder).values()) == {"cached"}
    (folder / "site" / "kind_step" / "kind_mark.hpp").write_text("// otherwise\n")
    reasons = build(folder)
    cached = [stage for stage, reason in reasons.items() if reason == "cached"]
    assert cached == ["hub", "judge", "lower"]
    assert reasons["quantize"] == "changed: code kind_step"
    assert reasons["generate"] == "changed: code kind_step"
    assert reasons["compile"] == "changed: input generate"
    bundle = folder / "dist" / f"{BUILD}.tar.gz"
    listed = json.loads(zoo(folder, "show", bundle, "--json"))
    makers = {maker["name"]: maker for maker in listed["makers"]}
    assert {f"zoo-kind-{kind}" for kind in USERS} <= makers.keys()
    assert makers["zoo-kind-step"]["plugins"] == ["step kind_mark"]
    assert makers["zoo-kind-step"]["version"] == "1.0"
