from dataclasses import replace
from pathlib import Path

import pytest

from zoo.build.cache import Cache
from zoo.build.pipeline import STAGES, artifact_stages, build, preview
from zoo.build.plan import Plan, make_plan
from zoo.build.stage import Stage
from zoo.build.wish import Wish
from zoo.contract import Contract, TensorSpec
from zoo.errors import PluginError
from zoo.recipe import Recipe
from zoo.registry import resolve
from zoo.target import Target

MODULE = """
def first(plan, needs, out):
    (out / "text").write_text(plan.scheme)

def fail(plan, needs, out):
    return 1 // 0

def second(plan, needs, out):
    (out / "text").write_text((needs["first"] / "text").read_text() + "!")
"""
SCHEME_STAGE = Stage("first", "", "zoo_stages:first", options=lambda plan: {"scheme": plan.scheme})
FAILING_STAGE = Stage("fail", "", "zoo_stages:fail")
SECOND_STAGE = Stage("second", "", "zoo_stages:second", needs=("first",))
CONTRACT = Contract(TensorSpec("image", (1, 1, 1)), (TensorSpec("out", (1,)),), ())


def plan(tmp_path, scheme="float32"):
    hub = tmp_path / "toy.onnx"
    hub.write_bytes(b"")
    return Plan(
        recipe=Recipe("toy", "toy", "", CONTRACT),
        target=Target("board", "", "", "", "", {}),
        quant="none",
        scheme=scheme,
        float_hub=hub,
        quant_hub=None,
        calibration=None,
        calibration_count=0,
        calibrator="",
        quantization_bound=0.0,
    )


@pytest.fixture
def run(install, tmp_path):
    """Return run(scheme) -> (text of the last stage, names of the stages that ran)."""
    install("zoo-stages", "zoo_stages", MODULE)

    def build_with(scheme, **options):
        seen = []
        done = build(
            plan(tmp_path, scheme),
            Cache(tmp_path / "cache"),
            stages=(SCHEME_STAGE, SECOND_STAGE),
            finished=lambda outcome: seen.append((outcome.stage, outcome.hit)),
            **options,
        )
        return (done["second"] / "text").read_text(), [name for name, hit in seen if not hit]

    return build_with


def test_stages_hand_their_results_along(run):
    assert run("float32") == ("float32!", ["first", "second"])


def test_an_exception_in_a_plugin_ends_the_build_with_its_distribution(install, tmp_path):
    install("zoo-stages", "zoo_stages", MODULE)
    with pytest.raises(
        PluginError, match=r"^plugin 'zoo_stages' \(zoo-stages 1.0\) failed in fail"
    ):
        build(plan(tmp_path), Cache(tmp_path / "cache"), stages=(FAILING_STAGE,))


def test_only_what_depends_on_a_change_is_rebuilt(run):
    run("float32")
    assert run("float32") == ("float32!", [])
    assert run("float16") == ("float16!", ["first", "second"])


def test_only_stages_that_run_are_announced(run):
    announced = []
    run("float32", started=lambda stage: announced.append(stage.name))
    assert announced == ["first", "second"]
    run("float32", started=lambda stage: announced.append(stage.name))
    assert announced == ["first", "second"]


def test_force_rebuilds_all(run):
    run("float32")
    assert run("float32", force=True) == ("float32!", ["first", "second"])


def test_preview_ends_with_the_first_stage_that_would_run(tmp_path):
    outcomes = list(preview(plan(tmp_path), Cache(tmp_path / "cache")))
    assert [(o.stage, o.hit, o.reason) for o in outcomes] == [("hub", False, "first build")]


def test_stages_are_in_the_order_of_their_needs():
    known = set()
    for stage in STAGES:
        assert set(stage.needs) <= known
        known.add(stage.name)
        assert callable(resolve(stage.run))
    assert [stage.name for stage in artifact_stages()] == ["hub", "quantize", "lower"]


def test_a_training_depends_on_its_own_choices(tmp_path):
    (tmp_path / "photo.png").touch()
    stage = next(stage for stage in STAGES if stage.name == "quantize")

    def options(quant, **wish):
        return stage.options(make_plan(Wish("pfld", "x86", quant, calibration=tmp_path, **wish)))

    assert options("qat", epochs=2) != options("qat", epochs=3)
    assert options("qat", seed=1) != options("qat")
    assert options("ptq", seed=1) == options("ptq")


def test_an_artifact_depends_on_the_vendors_programs(tmp_path, monkeypatch):
    stage = next(stage for stage in STAGES if stage.name == "lower")
    monkeypatch.setenv("PATH", str(tmp_path))
    board = replace(
        plan(tmp_path), target=Target("board", "", "onnx", "", "", {}, programs=("make",))
    )
    without = stage.options(board)
    program = tmp_path / "make"
    program.touch()
    program.chmod(0o755)
    assert without["programs"] == {"make": ""}
    assert stage.options(board)["programs"] == {"make": str(program)}


def test_calibration_depends_on_the_split_and_the_folder(tmp_path):
    (tmp_path / "afw").mkdir()
    stage = next(stage for stage in STAGES if stage.name == "quantize")

    def plan(text):
        return make_plan(Wish("pfld", "x86", calibration=Path(text)))

    assert stage.files(plan(f"300w:{tmp_path}:test"))["calibration"] == tmp_path
    options = [stage.options(plan(f"{name}{tmp_path}")) for name in ("", "300w:")]
    assert options[0] != options[1]
    assert stage.options(plan(f"300w:{tmp_path}:common")) not in options
