"""The app with the network compiled in as C."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from generated_c import to_c
from integer_graphs import IntegerForm
from PIL import Image
from spot_app import REQUEST
from two_outputs import CONTRACT, network

from codegen.app import App, Call
from codegen.apps.pc import CPP_C as APP
from codegen.apps.raspberry_pi import CPP_C_ARM
from zoo import registry
from zoo.data.processing import preprocess
from zoo.errors import RefusedError
from zoo.plugs import AppRequest
from zoo.recipe import GoldenInput
from zoo.target import Target

TARGET = Target("board", "a board", "c", "c", "cpp-c", {})


def request_of(form: IntegerForm) -> AppRequest:
    artifact = to_c(network(form))
    return AppRequest("two", TARGET, CONTRACT, artifact.main, artifact.files)


@pytest.mark.parametrize("app", [APP, CPP_C_ARM])
def test_is_registered(app):
    assert registry.load("app", app.name) is app


def test_it_brings_the_network_and_needs_no_library():
    files = APP.generate(request_of(IntegerForm()))
    assert {"network/network.h", "network/network.c", "networks.cpp"} <= files.keys()
    assert b"project(app C CXX)" in files["CMakeLists.txt"]
    assert b"  network/network_weights.c\n" in files["CMakeLists.txt"]
    assert {library.compiled_in for library in APP.libraries()} == {True}


def test_another_artifact_is_refused():
    request = replace(REQUEST, target=TARGET)
    with pytest.raises(
        RefusedError,
        match=r"^board: app 'cpp-c' needs C code, but the artifact is 'model.onnx'; set the "
        r"target's compiler to 'c'$",
    ):
        APP.generate(request)


@pytest.mark.toolchain
@pytest.mark.parametrize("app", [APP, CPP_C_ARM], ids=lambda app: app.name)
def test_the_program_computes_what_the_executor_does(app, tmp_path):
    form = IntegerForm(power_of_two=True, signed=True, rounding="half_up")
    _assert_same(app, request_of(form), tmp_path)


@pytest.mark.toolchain
@pytest.mark.parametrize("signed", [False, True])
def test_the_program_reads_and_writes_16_bits(signed, tmp_path):
    _assert_same(APP, request_of(IntegerForm(signed=signed, activation_bits=16)), tmp_path)


def _assert_same(app: App, request: AppRequest, tmp_path: Path) -> None:
    """Compare program and executor, with one thread and with two."""
    source, model = tmp_path / "source", tmp_path / "model"
    for folder, files in ((source, app.generate(request)), (model, request.artifact_files)):
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
    golden = GoldenInput("noise", _picture(tmp_path), (2.0, 3.0, 20.0, 20.0))
    program = app.build(source, tmp_path / "build")
    counts = (1, 2) if (os.cpu_count() or 1) > 1 else (1,)
    runs = [
        _with_threads(app, count).run(program, model / request.artifact_main, [golden])[0]
        for count in counts
    ]
    frame = preprocess(CONTRACT, np.asarray(Image.open(golden.image)), golden.box)
    execute = registry.load("executor", "c").load(model, request.artifact_main)
    for name, values in execute({"image": frame.input_chw[np.newaxis]}).items():
        for run in runs:
            np.testing.assert_array_equal(run.outputs[name], values[0])


def _with_threads(app: App, count: int) -> App:
    """Return the app whose program is called with that many threads."""
    options = ("--threads", str(count))
    return replace(app, prepare=lambda artifact, _: Call(artifact, options))


def _picture(folder: Path) -> Path:
    pixels = np.random.default_rng(1).integers(0, 256, (24, 30, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(folder / "noise.png")
    return folder / "noise.png"
