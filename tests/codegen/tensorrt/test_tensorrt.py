"""The app against a stand-in for TensorRT that computes by ONNX Runtime: equal to the bit."""

import hashlib
import json

import numpy as np
import pytest
from formatting import misplaced
from spot_app import REQUEST
from tensorrt_machine import VERSIONS, expected_outputs

from codegen.apps.nvidia import CPP_TENSORRT as APP
from codegen.apps.nvidia import CPP_TENSORRT_JETSON as JETSON_APP
from codegen.templates import TEMPLATES
from zoo import registry

pytestmark = pytest.mark.toolchain
BOX = (30.0, 20.0, 80.5, 80.25)
TYPING = {"8.2": "weak", "10.9": "strong", "11.1": "strong"}
BUILT = "building the engine by stand-in TensorRT 10.9.0 on stand-in GPU (compute capability 8.9)"


def test_apps_are_registered():
    assert registry.load("app", "cpp-tensorrt") is APP
    assert registry.load("app", "cpp-tensorrt-jetson") is JETSON_APP
    assert APP.stand_in == "stand-in TensorRT"
    assert JETSON_APP.stand_in == "stand-in TensorRT, emulated cortex-a57"
    assert APP.stand_in_differs == ""
    assert JETSON_APP.stand_in_differs == "integers as float32, summed in another order"


@pytest.mark.parametrize("version", VERSIONS)
def test_both_branches_of_the_api_are_equal_to_onnx_runtime(machine, version):
    machine.pin(typing=TYPING[version])
    raw = machine.folder / "raw.jsonl"
    words = ("--source", machine.picture, "--box", ",".join(map(str, BOX)), "--raw-outputs", raw)
    finished = machine.run(*words, "--repeat", 3, version=version)
    assert finished.status == 0, finished.error
    outputs = json.loads(raw.read_text())["outputs"]
    for name, values in expected_outputs(machine.model, machine.picture, BOX).items():
        assert np.ptp(values) > 0 or values.size == 1
        np.testing.assert_array_equal(np.array(outputs[name], np.float32), values)


def test_times_are_also_those_of_the_gpu(machine):
    finished = machine.run("--source", machine.picture, "--repeat", 4, "--json")
    *faces, last = finished.lines
    assert all(0 < face["device_ms"] <= face["inference_ms"] for face in faces)
    times = last["summary"]["device_ms"]
    assert 0 < times["min"] <= times["p50"] <= times["p95"]


def test_an_engine_is_built_once(machine):
    first = machine.run("--build-engine")
    assert (first.status, first.lines) == (0, [])
    assert first.error == f"{BUILT}; this takes up to some minutes, once\n"
    engine = (machine.engines / "model.engine").read_bytes()
    assert machine.facts() == {
        "onnx_sha256": hashlib.sha256(machine.model.read_bytes()).hexdigest(),
        "precision": "fp32",
        "typing": "strong",
        "compute_capability": "8.9",
        "engine_sha256": hashlib.sha256(engine).hexdigest(),
        "runtime": "stand-in TensorRT",
        "version": "10.9.0",
    }
    second = machine.run()
    assert second.status == 0
    assert BUILT not in second.error


def test_the_times_of_layers_are_used_again(machine):
    machine.run("--build-engine")
    timings = machine.engines / "timings.cache"
    assert timings.read_text() == "stand-in timings"
    machine.run("--build-engine")
    assert timings.read_text() == "stand-in timings, used again"


@pytest.mark.parametrize(
    ("version", "precision", "typing", "how"),
    [
        # kEXPLICIT_BATCH is bit 0, kSTRONGLY_TYPED bit 1, in TensorRT 11 bit 0; kFP16 is bit 0,
        # kINT8 bit 1.
        ("8.2", "fp32", "weak", "of network flags 1, builder flags 0"),
        ("8.2", "fp16", "weak", "of network flags 1, builder flags 1"),
        ("8.2", "int8", "weak", "of network flags 1, builder flags 2"),
        ("10.9", "int8", "weak", "of network flags 0, builder flags 2"),
        ("10.9", "int8", "strong", "of network flags 2, builder flags 0"),
        ("11.1", "int8", "strong", "of network flags 1, builder flags 0"),
    ],
)
def test_precision_is_told_as_the_version_wants_it(machine, version, precision, typing, how):
    machine.pin(precision=precision, typing=typing)
    finished = machine.run("--build-engine", version=version)
    assert finished.status == 0, finished.error
    engine = (machine.engines / "model.engine").read_bytes()
    assert engine.startswith(f"stand-in engine {how}\n".encode())


def test_the_engine_of_the_bundle_is_taken(machine):
    machine.run("--build-engine")
    for name in ("model.engine", "engine.json"):
        (machine.engines / name).rename(machine.model.with_name(name))
    finished = machine.run()
    assert finished.status == 0
    assert "building" not in finished.error
    assert not (machine.engines / "model.engine").exists()


def test_sources_of_the_border_are_beside_the_program():
    files = APP.generate(REQUEST)
    assert "adapter/build.sh" in files
    assert b"adapter/" not in files["CMakeLists.txt"]
    assert files == APP.generate(REQUEST)


def test_sources_are_formatted():
    folders = ("cpp/backends", "tensorrt/adapter", "stand_in/tensorrt")
    sources = (path for folder in folders for path in (TEMPLATES / folder).glob("*.?pp"))
    assert misplaced(sources) == ""
