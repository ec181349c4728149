"""Every message that a user of the app on TensorRT can meet."""

import hashlib
import os

import onnx
import pytest

pytestmark = pytest.mark.toolchain


def refused(finished, status=1):
    assert finished.status == status
    assert finished.lines == []
    return finished.error.splitlines()[-1]


def test_no_driver(machine):
    assert refused(machine.run(cuda="no driver")) == (
        "error: the NVIDIA driver is missing, or older than this CUDA needs; nvidia-smi tells its "
        "version, on a Jetson /etc/nv_tegra_release"
    )


def test_no_gpu(machine):
    assert refused(machine.run(cuda="no GPU")) == (
        "error: the NVIDIA driver finds no GPU; in a container start it with --gpus all, on a "
        "Jetson with --runtime nvidia"
    )


def test_no_tensorrt(machine, tmp_path):
    none = tmp_path / "none.so"
    error = machine.run("--source", machine.picture, "--tensorrt", none).error
    assert error.startswith(f"error: TensorRT cannot be loaded:\n  {none}: cannot open shared")
    assert error.rstrip().endswith(
        "install.sh of the bundle makes it with the TensorRT that is installed here. Where "
        "libcuda.so, libcudart.so, libnvinfer.so or libtensorrt_rtx.so is missing: the NVIDIA "
        "driver, CUDA or TensorRT is not installed, or LD_LIBRARY_PATH lacks its directory"
    )


@pytest.mark.parametrize("capability", ["5.3", "6.0", "6.2"])
def test_gpus_without_int8(machine, capability):
    machine.pin(precision="int8")
    assert refused(machine.run(cuda=capability)) == (
        "error: this network computes in INT8, which stand-in GPU (compute capability "
        f"{capability}) does not have; build the bundle with --quant fp16"
    )


@pytest.mark.parametrize("capability", ["6.1", "7.2", "8.7", "12.0"])
def test_gpus_with_int8(machine, capability):
    machine.pin(precision="int8")
    assert machine.run(cuda=capability).status == 0


def built_anew(machine, why, **here):
    finished = machine.run(**here)
    assert finished.status == 0
    first, second, *_ = finished.error.splitlines()
    assert first == f"{machine.engines}/model.engine: {why}"
    assert second.startswith("building the engine by stand-in TensorRT ")
    return machine.facts()


def test_engine_of_another_gpu(machine):
    machine.run("--build-engine")
    why = "was built for compute capability 8.9, stand-in GPU has 12.0"
    assert built_anew(machine, why, cuda="12.0")["compute_capability"] == "12.0"


def test_engine_of_another_version(machine):
    machine.run("--build-engine")
    why = "was built by stand-in TensorRT 10.9.0, here is stand-in TensorRT 11.1.0"
    assert built_anew(machine, why, version="11.1")["version"] == "11.1.0"


def test_damaged_engine(machine):
    machine.run("--build-engine")
    engine = machine.engines / "model.engine"
    engine.write_bytes(engine.read_bytes()[:-1])
    built_anew(machine, "is damaged, its SHA-256 is another")


def test_engine_of_another_network(machine):
    machine.run("--build-engine")
    with machine.model.open("ab") as file:
        file.write(b"\x32\x00")  # an empty field that changes nothing but the digest
    machine.pin()
    built_anew(machine, "was built from another network")


def test_engine_that_does_not_load(machine):
    machine.run("--build-engine")
    engine = machine.engines / "model.engine"
    digest = machine.facts()["engine_sha256"]
    engine.write_bytes(b"no engine")
    facts = engine.with_name("engine.json")
    anew = hashlib.sha256(b"no engine").hexdigest()
    facts.write_text(facts.read_text().replace(digest, anew))
    why = "does not load: TensorRT cannot load the engine (no engine of the stand-in)"
    built_anew(machine, why)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_directory_that_cannot_be_written(machine):
    machine.engines.mkdir(mode=0o555)
    check_unwritable(machine)


def test_directory_that_cannot_be_made(machine):
    machine.engines.write_text("a file")
    check_unwritable(machine)


def check_unwritable(machine):
    finished = machine.run()
    assert finished.status == 0
    assert "so the engine is built again at each start: run once with --build-engine as a user" in (
        finished.error
    )


def test_missing_model(machine):
    machine.model.unlink()
    message = f"error: {machine.model}: no such model; --model FILE names it"
    assert refused(machine.run(), status=2) == message


def test_changed_model(machine):
    with machine.model.open("ab") as file:
        file.write(b"\x32\x00")
    assert refused(machine.run()) == (
        f"error: {machine.model}: is not the network that engine.json beside it was written for; "
        "copy the whole bundle again"
    )


def test_missing_facts(machine):
    facts = machine.model.with_name("engine.json")
    facts.unlink()
    assert refused(machine.run()) == (
        f"error: {facts}: is missing; it is part of the model, copy the whole bundle again"
    )


def test_facts_without_a_field(machine):
    facts = machine.model.with_name("engine.json")
    facts.write_text(facts.read_text().replace('"typing"', '"tipping"'))
    message = f"error: {facts}: has no text 'typing'; build the bundle again"
    assert refused(machine.run()) == message


def test_network_that_tensorrt_does_not_read(machine):
    machine.model.write_bytes(b"no network")
    machine.pin()
    message = refused(machine.run())
    assert message.startswith("error: TensorRT cannot read the network: ONNX Runtime ")


def test_types_need_a_newer_tensorrt(machine):
    assert refused(machine.run(version="8.2")) == (
        "error: this network's types give its precision, which needs TensorRT 10 or newer; update "
        "JetPack or TensorRT, or build the bundle for a target with typing 'weak'"
    )


def test_flags_need_an_older_tensorrt(machine):
    machine.pin(typing="weak")
    assert refused(machine.run(version="11.1")) == (
        "error: this network's precision is given by flags, which neither TensorRT 11 nor "
        "TensorRT-RTX has; build the bundle for a target with typing 'strong'"
    )


def test_symbolic_batch(machine):
    model = onnx.load(machine.model)
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    machine.model.write_bytes(model.SerializeToString())
    machine.pin()
    message = "error: tensor 'image' of the engine has no fixed shape; build the bundle again"
    assert refused(machine.run()) == message


def test_program_of_another_model(machine):
    model = onnx.load(machine.model)
    for node in model.graph.node:
        node.output[:] = ["mean" if name == "brightness" else name for name in node.output]
        node.input[:] = ["mean" if name == "brightness" else name for name in node.input]
    model.graph.output[1].name = "mean"
    machine.model.write_bytes(model.SerializeToString())
    machine.pin()
    assert refused(machine.run()) == (
        f"error: {machine.model}: its engine has no float32 output 'brightness' [1, 1]; it has "
        "'landmarks' [1, 136], 'mean' [1, 1]. This program was made for another model: build the "
        "bundle again"
    )
