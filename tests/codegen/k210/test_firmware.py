"""The K210's firmware: its sources, and what it computes where its board is not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from formatting import misplaced
from integer_graphs import IntegerForm
from PIL import Image
from spot_app import REQUEST
from two_outputs import (
    CONTRACT,
    TARGET,
    UNSIGNED,
    c_request,
    demand_tools,
    kpu_request,
    write_firmware,
)

from codegen.apps.k210 import K210, K210_C
from zoo import registry
from zoo.data.processing import preprocess
from zoo.errors import RefusedError, ToolchainError, VerifyError
from zoo.recipe import GoldenInput

SIGNED = IntegerForm(power_of_two=True, signed=True, rounding="half_up")


@pytest.mark.parametrize("app", [K210, K210_C], ids=lambda app: app.name)
def test_is_registered(app):
    assert registry.load("app", app.name) is app


def test_the_firmware_has_the_kmodel_and_what_stands_in_for_it():
    files = K210.generate(kpu_request())
    assert files["network.kmodel"].startswith(b"LDMK")
    assert {"kmodel.S", "kpu_network.cpp", "stand_in/kpu.c", "stand_in/network.c"} <= files.keys()
    assert "backends/c99.cpp" not in files


def test_the_network_as_c_needs_no_kpu():
    files = K210_C.generate(c_request())
    assert {"network/network.c", "networks.cpp", "backends/c99.cpp"} <= files.keys()
    assert not [name for name in files if "kpu_" in name or "kmodel" in name]


@pytest.mark.parametrize(
    ("app", "request_of"), [(K210, kpu_request), (K210_C, c_request)], ids=["k210", "k210-c"]
)
def test_a_network_that_leaves_no_memory_is_refused(app, request_of):
    target = replace(TARGET, facts={"main_ram_bytes": 1 << 20})
    with pytest.raises(
        RefusedError,
        match=r"board: the network needs [\d,]+ bytes, and a firmware about 1,048,576; the board "
        r"has 1,048,576; use a smaller network or input",
    ):
        app.generate(replace(request_of(), target=target))


@pytest.mark.parametrize(("app", "request_of"), [(K210, kpu_request), (K210_C, c_request)])
def test_it_is_laid_out_like_written_by_hand(app, request_of, tmp_path):
    source = write_firmware(request_of(), tmp_path, app)
    networks = {*source.glob("network/*"), *source.glob("stand_in/network*")}
    files = {path for path in source.rglob("*") if path.suffix in (".c", ".h", ".cpp", ".hpp")}
    assert misplaced(files - networks) == ""


def test_stubs_say_that_they_are_stubs():
    stubs = [name for name in K210.generate(kpu_request()) if name.startswith("sdk_stubs/")]
    assert "sdk_stubs/kpu.h" in stubs
    for name in stubs:
        assert K210.generate(kpu_request())[name].startswith(b"// Stub of the SDK's header, from ")


@pytest.mark.parametrize(
    ("app", "message"),
    [
        (K210, "app 'k210' needs a kmodel with its network.json, but the artifact is 'model.onnx'"),
        (K210_C, "app 'k210-c' needs C code, but the artifact is 'model.onnx'"),
    ],
    ids=["k210", "k210-c"],
)
def test_another_artifact_is_refused(app, message):
    with pytest.raises(RefusedError, match=f"^board: {message}"):
        app.generate(replace(REQUEST, target=replace(TARGET, app=app.name)))


@pytest.mark.toolchain
@pytest.mark.parametrize(
    ("app", "request_of", "form"),
    [(K210, kpu_request, UNSIGNED), (K210_C, c_request, SIGNED)],
    ids=["k210", "k210-c"],
)
def test_it_computes_what_the_executor_does(app, request_of, form, tmp_path):
    demand_tools()
    request = request_of(form)
    program = app.build(write_firmware(request, tmp_path / "source", app), tmp_path / "build")
    golden = [_picture(tmp_path, "wide", 24, 30), _picture(tmp_path, "high", 31, 17)]
    runs = app.run(program, tmp_path, golden)
    for run, item in zip(runs, golden, strict=True):
        frame = preprocess(CONTRACT, np.asarray(Image.open(item.image)), item.box)
        for output, values in _expected(form, tmp_path)({"image": frame.input_chw[None]}).items():
            np.testing.assert_array_equal(run.outputs[output], values[0])
        assert run.record["box"] == list(item.box)
        assert {"frame", "first", "second", "latency_ms", "inference_ms"} <= run.record.keys()


def _expected(form: IntegerForm, folder: Path):
    """Return the network's C code, run by this machine's compiler."""
    request = c_request(form)
    for name, content in request.artifact_files.items():
        (folder / name).write_bytes(content)
    return registry.load("executor", "c").load(folder, request.artifact_main)


def _picture(folder: Path, name: str, height: int, width: int) -> GoldenInput:
    pixels = np.random.default_rng(height).integers(0, 256, (height, width, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(folder / f"{name}.png")
    return GoldenInput(name, folder / f"{name}.png", (2.25, 3.0, 11.0, 13.5))


@pytest.mark.toolchain
def test_a_kmodel_that_the_sdk_does_not_load(tmp_path):
    demand_tools()
    request = kpu_request()
    broken = replace(request, artifact_files={**request.artifact_files, "network.kmodel": b"none"})
    program = K210.build(write_firmware(broken, tmp_path / "source"), tmp_path / "build")
    with pytest.raises(VerifyError, match="failed on picture 'wide' with status 1"):
        K210.run(program, tmp_path, [_picture(tmp_path, "wide", 24, 30)])


def test_the_same_sources_every_time():
    assert K210.generate(kpu_request()) == K210.generate(kpu_request())


@pytest.mark.toolchain
def test_a_warning_ends_the_build(tmp_path):
    demand_tools()
    source = write_firmware(kpu_request(), tmp_path / "source")
    (source / "board" / "board.c").write_text("int unused(int argument) { return 0; }\n")
    with pytest.raises(ToolchainError, match="building the firmware failed"):
        K210.build(source, tmp_path / "build")
