"""The app with OpenVINO: its libraries, and what its program computes."""

from importlib.metadata import PackageNotFoundError

import numpy as np
import pytest
from PIL import Image
from spot_app import CONTRACT, REQUEST, network, save, spot

import codegen.wheels
from codegen.apps.pc import CPP_OPENVINO as APP
from zoo import registry
from zoo.data.processing import preprocess
from zoo.errors import ProgramError, ToolchainError
from zoo.recipe import GoldenInput

BOX = (40.0, 30.0, 60.0, 60.0)


@pytest.fixture
def _openvino() -> None:
    pytest.importorskip("openvino", reason="OpenVINO: pip install openvino")


@pytest.fixture
def golden(tmp_path):
    return GoldenInput("spot", save(tmp_path / "spot.png", spot(70, 60)), BOX)


def test_app_is_registered():
    assert registry.load("app", "cpp-openvino") is APP


@pytest.mark.usefixtures("_openvino")
def test_libraries_are_those_that_run_an_onnx_file_on_a_cpu():
    libraries = [library for library in APP.libraries() if not library.compiled_in]
    carried = [library for library in libraries if library.file.parent.name == "libs"]
    assert [library.name for library in carried] == [
        *("openvino-c", "openvino", "openvino-cpu", "openvino-onnx", "onetbb"),
    ]
    for library in carried:
        assert library.licence == "Apache-2.0"
        assert "Apache License" in library.texts["LICENSE"].read_text()
        assert "onednn_third-party-programs.txt" in library.texts


def test_a_missing_wheel_is_told(monkeypatch):
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(codegen.wheels, "distribution", missing)
    with pytest.raises(ToolchainError, match="the app needs OpenVINO; pip install openvino"):
        APP.libraries()


def test_a_wheel_without_its_libraries_is_told(monkeypatch, tmp_path):
    class Empty:
        version = "1"
        files = ()

        def locate_file(self, name):
            return tmp_path / name

    monkeypatch.setattr(codegen.wheels, "distribution", lambda name: Empty())  # noqa: ARG005
    with pytest.raises(ToolchainError, match=r"libs: has no libopenvino_c.so.\*; pip install"):
        APP.libraries()


@pytest.mark.toolchain
@pytest.mark.usefixtures("_openvino")
def test_the_program_computes_what_the_executor_does(golden, tmp_path):
    source = tmp_path / "source"
    for name, content in APP.generate(REQUEST).items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(content)
    program, model = APP.build(source, tmp_path / "build"), network(tmp_path / "model.onnx")
    (run,) = APP.run(program, model, [golden])
    frame = preprocess(CONTRACT, np.asarray(Image.open(golden.image)), BOX)
    execute = registry.load("executor", "openvino").load(tmp_path, model.name)
    for name, values in execute({"image": frame.input_chw[np.newaxis]}).items():
        np.testing.assert_allclose(run.outputs[name], values[0], rtol=1e-6)
    model.write_bytes(b"no network")
    with pytest.raises(ProgramError, match=r"cannot be loaded\. OpenVINO"):
        APP.run(program, model, [golden])
