"""zoo report: a page about a real bundle and models; changed bundles are refused."""

import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from made_once import made_once
from tiny_bundle import write_bundle

from recipes.pfld.recipe import WEIGHTS
from zoo.bundle.bundle import unpack
from zoo.cli.main import cli
from zoo.errors import BundleError, RecipeError, UnknownNameError, UsageError, VerifyError

MODEL = "pfld_0.25x.300w68"
NAME = f"{MODEL}.android.qat"


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle without a program, which takes little time to build."""
    pytest.importorskip("ai_edge_litert", reason="pip install 'edgezoo[litert]'")

    def make(folder: Path) -> None:
        words = ["--target", "android", "--quant", "qat", "--detector", "none"]
        places = ["--out", str(folder), "--cache", str(folder / "cache")]
        CliRunner().invoke(cli, ["build", MODEL, *words, *places], catch_exceptions=False)

    return made_once(tmp_path_factory, "reported", make) / f"{NAME}.tar.gz"


def test_a_page_about_a_bundle_and_a_model(zoo, archive, tmp_path):
    result = zoo("report", archive, "facenet_v2.wider", "--output", tmp_path / "page.html")
    assert (result.exception, result.output) == (None, f"report: {tmp_path / 'page.html'}\n")
    page = (tmp_path / "page.html").read_text()
    assert f"<h1>Report: {NAME}, facenet_v2.wider</h1>" in page
    assert page.count("data:image/png;base64,") >= 4
    assert "<script" not in page


def test_scripts_get_the_same_as_json(zoo, archive):
    found = json.loads(zoo("report", archive, "--json").stdout)
    (subject,) = found["subjects"]
    assert (subject["name"], subject["target"], subject["scheme"]) == (NAME, "android", "w8a8-asym")
    forms = {each["form"]: each["evaluation"]["metrics"] for each in subject["accuracy"]}
    assert list(forms) == ["float", "qat.w8a8-asym"]
    published = json.loads((WEIGHTS / f"{MODEL}.json").read_text("utf-8"))
    assert forms["float"] == published["none"]["metrics"]
    assert subject["certificate"]["holds"]
    assert subject["networks"][0]["parameters"] == 300_616
    assert subject["networks"][0]["summary"].endswith("head_pose of a picture")
    sizes = [example["distance_percent"] for example in subject["examples"]]
    assert sizes == sorted(sizes, reverse=True)
    assert all(0 < size < 1 for size in sizes)
    assert "png" not in subject["examples"][0]
    manifest, *_, last = subject["contents"]["files"]
    assert (manifest["name"], manifest["sha256"]) == ("manifest.json", "")
    assert re.fullmatch("[0-9a-f]{64}", last["sha256"])


def test_an_unpacked_bundle_is_reported_too(zoo, archive, tmp_path):
    folder = unpack(archive, tmp_path / "unpacked").folder
    (subject,) = json.loads(zoo("report", folder, "--json").stdout)["subjects"]
    assert subject["contents"]["archive_bytes"] == 0


def test_estimates_stand_in_the_table(zoo, tmp_path):
    estimated = zoo("estimate", MODEL, "--target", "rpi4", "--json")
    (tmp_path / "estimated.json").write_text(estimated.stdout)
    report = zoo("report", MODEL, "--bench", "estimated.json", "--output", "page.html")
    assert report.exception is None
    assert "<td>estimated</td>" in (tmp_path / "page.html").read_text()


@pytest.mark.parametrize(
    ("file", "refusal"),
    [
        ("manifest.json", BundleError),
        ("certificate.json", BundleError),
        ("model/hub.onnx", BundleError),
        ("golden/astronaut.png", BundleError),
    ],
)
def test_a_changed_bundle_is_refused(zoo, archive, tmp_path, file, refusal):
    folder = unpack(archive, tmp_path / "unpacked").folder
    content = bytearray((folder / file).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / file).write_bytes(content)
    result = zoo("report", folder)
    assert isinstance(result.exception, refusal)
    assert not (tmp_path / "report.html").exists()


def test_a_bundle_without_a_proof_is_refused(zoo, tmp_path):
    error = zoo("report", write_bundle(tmp_path)).exception
    assert isinstance(error, VerifyError)
    assert "holds no certificate.json" in str(error)


def test_a_network_of_ones_own_needs_its_contract_beside_it(zoo, archive, tmp_path):
    folder = unpack(archive, tmp_path / "unpacked").folder
    shutil.copy(folder / "model" / "float.hub.onnx", tmp_path / "mine.onnx")
    error = zoo("report", "mine.onnx").exception
    assert isinstance(error, UsageError)
    contract = 'input = {name = "image", shape = [3, 112, 112]}\n'
    contract += 'outputs = [{name = "landmarks", shape = [136]}]\n'
    contract += 'pre = [{name = "crop", scale = 1.2}, {name = "resize", size = [112, 112]}, '
    contract += '{name = "normalize", mean = [128, 128, 128], std = [128, 128, 128]}]\n'
    (tmp_path / "mine.toml").write_text(contract)
    (subject,) = json.loads(zoo("report", "mine.onnx", "--json").stdout)["subjects"]
    assert (subject["name"], subject["accuracy"], subject["examples"]) == ("mine", [], [])
    assert subject["networks"][0]["values"] == ["landmarks 136"]


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        (["none.tar.gz"], UsageError, "none.tar.gz: no such file; give a bundle"),
        (["pfldd"], UnknownNameError, "unknown model 'pfldd'; did you mean pfld"),
        (["blazeface_full.mediapipe"], RecipeError, "no float hub is published"),
        (["pfld", "--output", "report.pdf"], UsageError, "--output report.pdf: it is HTML"),
        (["pfld", "--data", "none"], UsageError, "none: no such folder"),
        (["pfld", "--bench", "none.json"], UsageError, "none.json: no such file"),
        (
            ["pfld", "--output", "no/folder.html"],
            UsageError,
            "no/folder.html: there is no folder",
        ),
        (["pfld", "--output", "a.html/"], UsageError, "a.html: is a folder; give a file in it"),
    ],
)
def test_what_cannot_be_reported_is_told(zoo, words, error, told, tmp_path):
    (tmp_path / "a.html").mkdir()
    found = zoo("report", *words).exception
    assert isinstance(found, error)
    assert told in str(found)
