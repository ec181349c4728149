"""A registered model with a user's float network in place of the published one."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from made_once import made_once

from zoo.build.models import find_recipe
from zoo.bundle.bundle import Bundle, unpack
from zoo.cli.main import cli

MODEL = "pfld_0.25x.300w68"
NOTE = f"the float network is a file of the user's in place of {MODEL}'s"


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle without a program, which takes little time to build."""
    pytest.importorskip("ai_edge_litert", reason="pip install 'edgezoo[litert]'")

    def make(folder: Path) -> None:
        hub = shutil.copy(find_recipe(MODEL, None).hubs["none"], folder / "small.onnx")
        words = ["--hub", str(hub), "--name", "mine", "--quant", "none", "--detector", "none"]
        places = ["--target", "android", "--out", str(folder), "--cache", str(folder / "cache")]
        result = CliRunner().invoke(cli, ["build", MODEL, *words, *places], catch_exceptions=False)
        assert NOTE in result.stderr

    return made_once(tmp_path_factory, "replaced", make) / "mine.android.none.tar.gz"


@pytest.fixture
def bundle(archive, tmp_path) -> Bundle:
    return unpack(archive, tmp_path / "unpacked")


def test_the_bundle_has_the_users_name_and_neither_card_nor_figures(bundle):
    manifest = bundle.manifest
    assert (manifest.name, manifest.models[0].name) == ("mine.android.none", "mine")
    assert "MODEL_CARD.md" not in manifest.files
    assert "licences/weights.txt" in manifest.files
    certificate = json.loads((bundle.folder / "certificate.json").read_text())
    assert (certificate["model"], certificate["accuracy"]) == ("mine", {})
    assert any(note.startswith(NOTE) for note in certificate["remarks"])
    assert any(note.startswith(NOTE) for note in manifest.artifacts[0].notes)


def test_it_is_verified_like_any_other(zoo, archive):
    assert zoo("verify", archive).exception is None
