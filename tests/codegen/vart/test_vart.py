"""The board's program under an emulator of its CPU, through real VART and XIR."""

import json
import math
import subprocess
from dataclasses import replace

import numpy as np
import pytest

from codegen.apps.kria import CPP_VART as APP
from codegen.kria import KriaToolchain
from codegen.machines import KRIA
from codegen.templates import TEMPLATES
from compilers.xmodel.decode import decode
from compilers.xmodel.encode import encode
from compilers.xmodel.xir import XirAttribute
from zoo import registry
from zoo.bundle.elf import newest, symbol_versions
from zoo.data.processing import preprocess
from zoo.errors import ArtifactError
from zoo.picture import read_picture

pytestmark = pytest.mark.toolchain
WARNINGS = ("-Wall", "-Wextra", "-Wshadow", "-Werror")
RUNNER = TEMPLATES / "stand_in" / "runner.cpp"


def test_app_is_registered():
    assert registry.load("app", "cpp-vart") is APP


def test_program_computes_what_the_file_says(board_app, artifact, golden, contract):
    executor = registry.load("executor", "xmodel").load(artifact.parent, artifact.name)
    runs = APP.run(board_app.program, artifact, golden)
    for run, item in zip(runs, golden, strict=True):
        frame = preprocess(contract, read_picture(item.image), item.box)
        expected = executor({"image": frame.input_chw[np.newaxis]})
        assert sorted(run.outputs) == ["joined", "landmarks"]
        for name, values in expected.items():
            assert np.ptp(values) > 0
            np.testing.assert_array_equal(run.outputs[name], values[0])
            np.testing.assert_array_equal(run.record[name], values[0])


def test_frames_per_joule(board_app, golden, tmp_path):
    sensor = tmp_path / "power1_input"
    sensor.write_text("4500000\n")
    options = ("--source", golden[0].image, "--repeat", 2, "--json", "--power", sensor)
    finished = board_app.run(board_app.folder / "stand_in" / "model.xmodel", *options)
    summary = json.loads(finished.stdout.splitlines()[-1])["summary"]
    assert summary["frames"] == 2
    assert summary["watts"] == 4.5
    ratio = summary["frames_per_second"] / summary["frames_per_joule"]
    assert math.isclose(ratio, 4.5, rel_tol=1e-6)


def test_no_power_sensor(board_app, golden):
    options = ("--source", golden[0].image, "--power", golden[0].image)
    finished = board_app.run(board_app.folder / "stand_in" / "model.xmodel", *options)
    assert finished.returncode == 1
    message = f"{golden[0].image}: holds no number; name a file that holds microwatts, such as a"
    assert message in finished.stderr


def refused(board_app, golden, model, status=1):
    finished = board_app.run(model, "--source", golden[0].image)
    assert finished.returncode == status
    assert finished.stdout == ""
    return finished.stderr.splitlines()[-1]


def changed(board_app, folder, **changes):
    """Write the stand-in's file with other ops, attributes of the DPU's part, end: of the CPU's."""
    graph = decode((board_app.folder / "stand_in" / "model.xmodel").read_bytes(), "stand-in")
    user, dpu, cpu = graph.root.children
    dpu = replace(dpu, attributes={**dpu.attributes, **changes.get("attributes", {})})
    cpu = replace(cpu, attributes={**cpu.attributes, **changes.get("end", {})})
    root = replace(graph.root, children=(user, dpu, cpu))
    file = folder / "model.xmodel"
    file.write_bytes(encode(replace(graph, root=root, ops=changes.get("ops", graph.ops))))
    return file


def test_no_hardware(board_app, golden, tmp_path):
    runner = XirAttribute.of({"run": "libvart-dpu-runner.so"})
    model = changed(board_app, tmp_path, attributes={"runner": runner})
    message = refused(board_app, golden, model)
    assert message.startswith(f"error: {model}: VART cannot run it here (")
    assert message.endswith(
        "on a Kria board load an image with the DPU that it was compiled for (xmutil loadapp; "
        "show_dpu tells which one it has), and run as root; other machines have no DPU"
    )


def test_several_parts_for_the_dpu(board_app, golden, tmp_path):
    file = changed(board_app, tmp_path, end={"device": XirAttribute.of("DPU")})
    assert refused(board_app, golden, file) == (
        f"error: {file}: has 2 parts for the DPU, but this program runs networks of one; "
        "`zoo show model.xmodel` names the op that splits it"
    )


def test_not_compiled(board_app, golden, artifact):
    assert refused(board_app, golden, artifact) == (
        f"error: {artifact}: is not compiled, it has no part for the DPU; compile it on a machine "
        "with Vitis AI: sh compile.sh in its directory, which runs vai_c_xir -x "
        "model.quantized.xmodel -a arch.json"
    )


def test_missing_model(board_app, golden, tmp_path):
    none = tmp_path / "model.xmodel"
    message = f"error: {none}: no such model; --model FILE names it"
    assert refused(board_app, golden, none, status=2) == message


def test_truncated_model(board_app, golden, tmp_path):
    stand_in = (board_app.folder / "stand_in" / "model.xmodel").read_bytes()
    cut = tmp_path / "cut.xmodel"
    cut.write_bytes(stand_in[: len(stand_in) // 2])
    message = f"error: {cut}: cannot be read; copy it again, or build it again"
    assert refused(board_app, golden, cut) == message


@pytest.mark.parametrize(
    ("arch", "message"),
    [
        (
            '{"fingerprint": "0x101000016010407"}',
            "model.xmodel: compiled for the DPU 0x101000056010407, but ARCH names "
            "0x101000016010407; compile it with that arch.json: sh compile.sh",
        ),
        (
            '{"target": "DPUCZDX8G"}',
            'ARCH: has no "fingerprint": "0x..."; `show_dpu` on the board prints it',
        ),
    ],
)
def test_other_dpu(board_app, golden, tmp_path, arch, message):
    file = tmp_path / "arch.json"
    file.write_text(arch)
    options = ("--source", golden[0].image, "--arch", file)
    finished = board_app.run(board_app.folder / "stand_in" / "model.xmodel", *options)
    assert finished.returncode == 1
    assert finished.stderr.strip().endswith(message.replace("ARCH", str(file)))


def with_output(board_app, folder, **changes):
    """Write the stand-in's file with another tensor 'landmarks_fix'."""
    graph = decode((board_app.folder / "stand_in" / "model.xmodel").read_bytes(), "stand-in")
    ops = tuple(
        replace(op, tensor=replace(op.tensor, **changes)) if op.name == "landmarks_fix" else op
        for op in graph.ops
    )
    return changed(board_app, folder, ops=ops)


def test_program_of_another_model(board_app, golden, tmp_path):
    model = with_output(board_app, tmp_path, shape=(1, 11))
    assert refused(board_app, golden, model) == (
        f"error: {model}: its DPU part has no tensor that can be 'landmarks' [10] with a batch of "
        "one; it has 'landmarks_fix' [1, 11], 'joined_fix' [1, 6, 6, 8]. This program was made "
        "for another model: build the bundle again"
    )


def test_tensor_without_fix_point(board_app, golden, tmp_path):
    model = with_output(board_app, tmp_path, attributes={})
    assert refused(board_app, golden, model) == (
        f"error: {model}: tensor 'landmarks_fix' is not of 8-bit integers with a fix point; "
        "quantize the network, then compile it"
    )


def test_sources_compile_without_warnings(board_app, tmp_path):
    source = board_app.program.parents[1] / "src"
    own = sorted(source.glob("backends/*.cpp"))
    folders = (f"-I{source}", "-isystem", source / "third_party")
    for files, include in ((own, folders), ([RUNNER], [f"-I{board_app.folder / 'stand_in'}"])):
        for file in files:
            words = ["-std=c++17", *WARNINGS, *include, "-c", file, "-o", tmp_path / "object.o"]
            command = [*KriaToolchain(KRIA).compiler(), *words]
            finished = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
            assert (finished.returncode, finished.stderr) == (0, "")


def test_symbol_versions_suit_the_boards(board_app):
    versions = symbol_versions(board_app.program)
    assert (2, 17) <= newest(versions, "GLIBC") <= (2, 34)
    assert (3, 4) <= newest(versions, "GLIBCXX") <= (3, 4, 29)
    assert newest(versions, "PYTHON") == ()


def test_artifact_without_stand_in(tmp_path):
    (tmp_path / "model.xmodel").touch()
    message = f"{tmp_path}/stand_in: has no network.h; this machine runs an .xmodel as C code"
    with pytest.raises(ArtifactError, match=message):
        APP.run(tmp_path / "app", tmp_path / "model.xmodel", ())


def test_two_stand_ins(tmp_path):
    folder = tmp_path / "stand_in"
    folder.mkdir()
    for name in ("network.h", "a.xmodel", "b.xmodel"):
        (folder / name).touch()
    with pytest.raises(ArtifactError, match=r"stand_in: holds 2 \.xmodel files; expected one"):
        APP.run(tmp_path / "app", tmp_path / "model.xmodel", ())


def test_app_loads_the_compiled_file(request_of_network):
    sources = APP.generate(request_of_network)
    assert b'    "model.xmodel",\n' in sources["contract.cpp"]
    assert json.loads(sources["python/contract.json"])["model_file"] == "model.xmodel"
