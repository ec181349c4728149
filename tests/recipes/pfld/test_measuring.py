"""zoo eval and zoo bench on the published network."""

import json
import re
from importlib.util import find_spec
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from recipes.pfld.recipe import recipe
from recipes.pfld.variants import DEFAULT
from recipes.shelf.landmarks.mean_face import mean_face
from zoo.cli.main import cli
from zoo.errors import UsageError

WEIGHTS = recipe(DEFAULT).hubs["none"].with_name(f"{DEFAULT.name}.safetensors")
PEER = f"""
input = {{name = "image", shape = [3, 112, 112]}}
outputs = [{{name = "landmarks", shape = [136]}}]
pre = [
    {{name = "crop", scale = 1.2}},
    {{name = "resize", size = [112, 112]}},
    {{name = "normalize", mean = [128, 128, 128], std = [128, 128, 128]}},
]
post = [{{name = "landmarks", count = 68, mean = {[list(place) for place in mean_face(68)]}}}]
"""


@pytest.fixture
def measure(tmp_path):
    """Return measure(*words): the JSON that a command prints."""

    def run(*words: object):
        given = [*map(str, words), "--cache", str(tmp_path / "cache"), "--json"]
        return json.loads(CliRunner().invoke(cli, given, catch_exceptions=False).stdout)

    return run


@pytest.fixture
def peer(tmp_path) -> list[object]:
    (tmp_path / "peer.toml").write_text(PEER)
    return ["--peer", recipe(DEFAULT).hubs["none"], tmp_path / "peer.toml"]


def test_all_forms_are_measured_on_the_same_faces(measure, make_faces, peer):
    forms = ["--form", "hub", "--form", "reference", "--form", "artifact"]
    quants = ["--quant", "none", "--quant", "ptq"]
    rows = measure("eval", "pfld", "--data", make_faces(3), *quants, *forms, *peer)
    names = [f"{DEFAULT.name} {quant} {form}" for quant in quants[1::2] for form in forms[1::2]]
    assert [row["subject"] for row in rows] == [*names, f"{DEFAULT.name}.none"]
    assert {row["count"] for row in rows} == {3}
    nme = [row["metrics"]["nme_interocular_percent"] for row in rows]
    assert nme[:3] == pytest.approx([nme[-1]] * 3, rel=1e-4)  # float: the published file itself
    assert nme[3:6] != pytest.approx([nme[-1]] * 3, rel=1e-4)
    assert nme[3:6] == pytest.approx([nme[3]] * 3, rel=0.05)  # integers: a few LSB apart


def test_all_published_hubs_of_several_models(measure, make_faces):
    rows = measure("eval", "pfld", DEFAULT.name, "--published", "--data", make_faces(2))
    once = [f"{DEFAULT.name} {key}" for key in recipe(DEFAULT).hubs]
    assert [row["subject"] for row in rows] == 2 * once


def test_curves_are_drawn_into_one_file(measure, make_faces, tmp_path):
    words = ["eval", "pfld", "--data", make_faces(3), "--quant", "none", "--quant", "qat"]
    rows = measure(*words, "--plot", tmp_path / "curves.svg")
    assert [row["curves"][0]["points"][-1][1] for row in rows] == [100, 100]
    assert {"jaw", "eyes"} <= {group["condition"] for group in rows[0]["groups"]}
    text = (tmp_path / "curves.svg").read_text()
    ElementTree.fromstring(text)
    assert all(f">{row['subject']}</text>" in text for row in rows)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--plot", "curves.png"], "--plot curves.png: only .svg files are written; browsers"),
        (["--plot", "c.svg", "--suite", "robustness"], "--plot does not go with --suite"),
        (["--plot", "none/c.svg"], "none/c.svg: there is no folder 'none'; create it"),
    ],
)
def test_what_cannot_be_drawn_is_told_first(measure, words, told):
    with pytest.raises(UsageError, match=f"^{told}"):
        measure("eval", "pfld", "--data", "no-such-folder", *words)


@pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed")
def test_trained_weights_are_measured_like_their_hub(measure, make_faces):
    weights = ["--weights", WEIGHTS, "--quant", "none"]
    trained, hub = measure("eval", "pfld", "--data", make_faces(3), *weights)
    assert trained["subject"] == WEIGHTS.name
    assert trained["metrics"] == pytest.approx(hub["metrics"], rel=1e-4)


def test_unknown_form(measure, make_faces):
    with pytest.raises(UsageError, match="unknown form 'hubb'; did you mean hub"):
        measure("eval", "pfld", "--data", make_faces(3), "--form", "hubb")


def test_latencies_side_by_side(measure, peer):
    found = measure("bench", "pfld", "--target", "x86:ort", "--rounds", 2, "--runs", 3, *peer)
    names = [
        f"{DEFAULT.name} none x86",
        f"{DEFAULT.name} ptq x86",
        f"{DEFAULT.name}.none",
    ]
    assert [row["name"] for row in found["latencies"]] == names
    assert found["machine"]["processor"]
    for row in found["latencies"]:
        assert (row["threads"], row["runs"]) == (1, 6)
        assert 0 < row["min_ms"] <= row["median_ms"] <= row["p95_ms"]


def test_latency_of_a_network_without_weights(measure):
    pytest.importorskip("torch")
    words = [
        "--random-weights",
        "--target",
        "x86:ort",
        "--quant",
        "ptq",
        "--rounds",
        1,
        "--runs",
        1,
    ]
    (row,) = measure("bench", "pfld_0.5x.300w68", *words)["latencies"]
    assert row["name"] == "pfld_0.5x.300w68 ptq x86"


@pytest.mark.toolchain
def test_latencies_of_two_targets(measure):
    targets = ["--target", "x86:ort", "--target", "c99", "--rounds", 1, "--runs", 1]
    rows = measure("bench", "pfld_0.25x.300w68", *targets, "--quant", "ptq")["latencies"]
    names = ["pfld_0.25x.300w68 ptq x86", "pfld_0.25x.300w68 ptq c99"]
    assert [row["name"] for row in rows] == names


def test_a_suite_measures_all_subjects(measure, make_faces):
    quants = ["--quant", "none", "--quant", "ptq", "--form", "artifact"]
    lines = measure("eval", "pfld", "--data", make_faces(1), *quants, "--suite", "robustness")
    half = len(lines) // 2
    assert {line["subject"] for line in lines[:half]} == {f"{DEFAULT.name} none artifact"}
    assert {line["subject"] for line in lines[half:]} == {f"{DEFAULT.name} ptq artifact"}
    conditions = [(line["test"], line["condition"]) for line in lines]
    assert conditions[:half] == conditions[half:]
    assert ("resolution", "1/64") in conditions


def test_unknown_suite(measure, make_faces):
    message = f"{DEFAULT.name}: unknown suite 'robustnes'; did you mean robustness?"
    with pytest.raises(UsageError, match=re.escape(message)):
        measure("eval", "pfld", "--data", make_faces(1), "--suite", "robustnes")
