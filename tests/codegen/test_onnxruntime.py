from importlib.metadata import PackageNotFoundError

import pytest
from spot_app import REQUEST

import codegen.wheels
from codegen.apps.pc import CPP_ONNXRUNTIME as APP
from zoo import registry
from zoo.errors import ToolchainError


def test_app_is_registered():
    assert registry.load("app", "cpp-onnxruntime") is APP
    assert APP.name == "cpp-onnxruntime"


def test_library_is_that_of_the_wheel():
    library = APP.libraries()[0]
    assert library.file.name == f"libonnxruntime.so.{library.version}"
    assert library.file.is_file()
    assert library.licence == "MIT"
    assert "Microsoft" in library.texts["LICENSE"].read_text()
    assert library.texts["ThirdPartyNotices.txt"].is_file()


def test_missing_wheel(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(codegen.wheels, "distribution", missing)
    with pytest.raises(ToolchainError, match="the app needs ONNX Runtime; pip install onnxruntime"):
        APP.libraries()


def test_wheel_without_library(monkeypatch, tmp_path):
    class Empty:
        version = "1"

        def locate_file(self, name):
            return tmp_path / name

    monkeypatch.setattr(codegen.wheels, "distribution", lambda name: Empty())  # noqa: ARG005
    with pytest.raises(ToolchainError, match=r"onnxruntime: has no capi/libonnxruntime.so; pip"):
        APP.libraries()


def test_companions_name_the_bundle():
    facts = {"bundle": "spot.pc.none", "quantization": "none", "notice": "", "c_library": "2.28"}
    files = APP.companions(REQUEST, facts)
    assert sorted(files) == ["README.md", "install.sh", "selftest"]
    assert files["README.md"].startswith(b"# spot.pc.none\n")
    assert b"Licence notice" not in files["README.md"]
    noted = APP.companions(REQUEST, {**facts, "notice": "for research only"})
    assert b"**Licence notice**: for research only" in noted["README.md"]
