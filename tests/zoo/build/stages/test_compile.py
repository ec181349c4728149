import json

import pytest

from zoo.build.program_path import program_path
from zoo.build.stages.compile import app_notes, compiled_program
from zoo.bundle.bundle import unpack
from zoo.errors import BoardError
from zoo.target import Target

MODEL = "pfld_0.25x.300w68"
PLUGIN = """
from zoo.descriptor import Descriptor
from zoo.hookspecs import hookimpl
from zoo.plugs import AppGenerator

class App(AppGenerator):
    name = "elsewhere"
    stand_in = ""
    not_here = "it is built elsewhere"

    def generate(self, request):
        raise NotImplementedError

    build = companions = libraries = run = generate

APP = App()

@hookimpl
def register_apps():
    return [Descriptor("elsewhere", "toy_app:APP")]
"""


def target(app):
    return Target("board", "a board", "onnx", "onnxruntime", app, {"none": "float32"})


def test_an_app_says_why_it_is_not_built(install):
    install("toy-app", "toy_app", PLUGIN)
    assert app_notes(target("elsewhere")) == ("it is built elsewhere",)


def test_other_apps_are_built(tmp_path):
    board = target("cpp-onnxruntime")
    assert app_notes(board) == ()
    assert compiled_program(board, tmp_path) is None
    (tmp_path / "app").touch()
    assert compiled_program(board, tmp_path) == tmp_path / "app"
    assert program_path(board) == "app/app"


def test_an_app_names_its_program(tmp_path):
    (tmp_path / "index.html").touch()
    assert compiled_program(target("browser"), tmp_path) == tmp_path / "index.html"
    assert program_path(target("browser")) == "app/index.html"


@pytest.fixture
def bundle(zoo, tmp_path):
    pytest.importorskip("ai_edge_litert", reason="pip install 'edgezoo[litert]'")
    built = zoo("build", MODEL, "--target", "android", "--quant", "qat")
    assert built.exception is None
    assert "note: the Android app was neither compiled nor run" in built.stderr
    return tmp_path / "dist" / f"{MODEL}.android.qat.tar.gz"


@pytest.mark.toolchain
def test_a_bundle_without_a_program(zoo, board, bundle, tmp_path):
    unpacked = unpack(bundle, tmp_path / "unpacked")
    assert unpacked.manifest.program == ""
    (note,) = unpacked.manifest.artifacts[0].notes
    assert note.startswith("the Android app was neither compiled nor run")
    certificate = json.loads((unpacked.folder / "certificate.json").read_text())
    assert certificate["remarks"] == [note]
    steps = [check["step"] for check in certificate["checks"]]
    assert steps[-1].endswith("reference -> artifact")
    assert zoo("verify", bundle).exception is None
    run = zoo("run", bundle, "--help").exception
    assert isinstance(run, BoardError)
    assert str(run).endswith(
        "holds sources for android, but no program; its README.md says how to build it"
    )
    bench = zoo("bench", "--ssh", board.host, bundle).exception
    assert isinstance(bench, BoardError)
    assert str(bench).endswith(
        "the bundle for android holds sources, but no program; its README.md says how to build and "
        "time them"
    )
