"""The program on LiteRT: its outputs, its threads, and every message that a user can meet."""

import subprocess
from dataclasses import replace

import numpy as np
import pytest
from running_threads import count_threads, two_processors
from spot_app import spot

from codegen.app_run import run_app
from codegen.apps.raspberry_pi import CPP_LITERT as APP
from codegen.apps.raspberry_pi import CPP_ONNXRUNTIME_ARM as ORT_APP
from codegen.emulator import emulated
from codegen.machines import RASPBERRY_PI_4, check_versions
from zoo import registry
from zoo.bundle.elf import newest, symbol_versions
from zoo.data.processing import preprocess
from zoo.picture import read_picture

pytestmark = pytest.mark.toolchain

BORDERS = ("float32", "float border", "int8")


def test_app_is_registered():
    assert registry.load("app", "cpp-litert") is APP


def by_python(model, contract, golden):
    """Return LiteRT's outputs by the executor, the reference for the program."""
    run = registry.load("executor", "litert").load(model.parent, model.name)
    frames = [preprocess(contract, read_picture(item.image), item.box) for item in golden]
    return [run({"image": frame.input_chw[np.newaxis]})["landmarks"][0] for frame in frames]


@pytest.mark.parametrize("border", BORDERS)
def test_outputs_are_those_of_python(host_app, contract, golden, border):
    model = host_app.models[border]
    expected = by_python(model, contract, golden)
    assert not np.array_equal(*expected)
    for item, wanted in zip(golden, expected, strict=True):
        options = ("--litert", str(host_app.runtime_library))
        found = run_app(host_app.program, model, item, options).outputs["landmarks"]
        np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("border", BORDERS[1:])
def test_integers_on_the_board_are_those_of_this_pc(board_app, contract, golden, border):
    model = board_app.models[border]
    runs = APP.run(board_app.program, model, golden)
    expected = by_python(model, contract, golden)
    for run, wanted in zip(runs, expected, strict=True):
        np.testing.assert_array_equal(run.outputs["landmarks"], wanted)


def test_floats_on_the_board_are_close(board_app, contract, golden):
    model = board_app.models["float32"]
    runs = APP.run(board_app.program, model, golden)
    for run, wanted in zip(runs, by_python(model, contract, golden), strict=True):
        np.testing.assert_allclose(run.outputs["landmarks"], wanted, rtol=1e-5, atol=1e-6)


def test_the_second_runtime_computes_the_same_on_the_board(second_runtime, contract, golden):
    program, folder = second_runtime
    run = registry.load("executor", "onnxruntime").load(folder, "model.onnx")
    runs = ORT_APP.run(program, folder / "model.onnx", golden)
    for found, item in zip(runs, golden, strict=True):
        frame = preprocess(contract, read_picture(item.image), item.box)
        wanted = run({"image": frame.input_chw[np.newaxis]})["landmarks"][0]
        np.testing.assert_array_equal(found.outputs["landmarks"], wanted)


def test_board_has_what_program_and_runtime_need(board_app):
    for file in (board_app.program, board_app.runtime_library):
        check_versions(file, RASPBERRY_PI_4.images)
    assert newest(symbol_versions(board_app.program), "GLIBCXX") == ()


@two_processors
@pytest.mark.parametrize("threads", [1, 2])
def test_threads(host_app, threads):
    """There are the first thread, the reader of frames, and the pool."""
    command = [host_app.program, "--source", "raw:160x120:/dev/stdin", "--threads", threads]
    command += ["--litert", host_app.runtime_library, "--model", host_app.models["float32"]]
    assert count_threads(command, spot(60, 60).tobytes()) == 1 + threads


def fails(finished, *parts, status=1):
    assert finished.returncode == status
    assert finished.stdout == ""
    message = finished.stderr.split("error: ", 1)[1]
    for part in parts:
        assert part in message
    return True


def test_missing_library(host_app, golden, tmp_path):
    finished = host_app.run_bare("--source", golden[0].image, "--litert", tmp_path / "none.so")
    assert fails(
        finished,
        f"LiteRT cannot be loaded:\n  {tmp_path}/none.so: cannot open shared object file",
        "Give the library with --litert FILE or ZOO_LITERT=FILE, or put it into ",
        "runtime.sh of the bundle fetches it, it is ai_edge_litert/libLiteRt.so of the package "
        "ai-edge-litert",
    )


@pytest.fixture(scope="module")
def old_library(tmp_path_factory):
    """A library that has the functions of LiteRT before 2.1.6."""
    folder = tmp_path_factory.mktemp("old")
    source = folder / "old.c"
    source.write_text("int LiteRtCreateEnvironment(void) { return 0; }\n")
    library = folder / "libLiteRt.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source], check=True)
    return library


def test_old_library(host_app, golden, old_library):
    finished = host_app.run_bare("--source", golden[0].image, "--litert", old_library)
    assert fails(
        finished, f"{old_library}: this LiteRT is too old; 2.1.6 or newer is needed: pip install"
    )


def test_another_library(host_app, golden):
    library = registry.load("app", "cpp-onnxruntime").libraries()[0].file
    finished = host_app.run_bare("--source", golden[0].image, "--litert", library)
    assert fails(finished, "has no function LiteRtCreateEnvironment, so it is not LiteRT")


def test_library_for_another_processor(host_app, board_app, golden):
    finished = host_app.run_bare("--source", golden[0].image, "--litert", board_app.runtime_library)
    assert fails(finished, f"{board_app.runtime_library}: cannot open shared object file")


def test_missing_model(host_app, golden, tmp_path):
    none = tmp_path / "none.tflite"
    finished = replace(host_app, models={"none": none}).run("none", "--source", golden[0].image)
    assert fails(finished, f"{none}: no such model; --model FILE names it", status=2)


def run_bytes(host_app, golden, folder, content):
    model = folder / "model.tflite"
    model.write_bytes(content)
    app = replace(host_app, models={"changed": model})
    return model, app.run("changed", "--source", golden[0].image)


@pytest.mark.parametrize("part", [0.0, 0.001, 0.05, 0.3, 0.6, 0.9, 0.999])
def test_truncated_model(host_app, golden, tmp_path, part):
    whole = host_app.models["int8"].read_bytes()
    model, finished = run_bytes(host_app, golden, tmp_path, whole[: int(part * len(whole))])
    assert fails(
        finished,
        f"{model}: is not a .tflite file, or is truncated; copy it again, or build it again",
    )


def test_no_model_at_all(host_app, golden, tmp_path):
    model, finished = run_bytes(host_app, golden, tmp_path, b"\0" * 1000)
    assert fails(finished, f"{model}: is not a .tflite file, or is truncated")


def test_model_of_another_format_version(host_app, golden, tmp_path):
    from ai_edge_litert import schema_py_generated as schema
    from flatbuffers import Builder

    table = schema.ModelT.InitFromPackedBuf(host_app.models["int8"].read_bytes(), 0)
    table.version = 4
    builder = Builder()
    builder.Finish(table.Pack(builder), b"TFL3")
    model, finished = run_bytes(host_app, golden, tmp_path, bytes(builder.Output()))
    assert fails(finished, f"{model}: has a version of the .tflite format other than 3; copy")


def test_model_of_another_contract(host_app, golden, tmp_path):
    from ai_edge_litert import schema_py_generated as schema
    from flatbuffers import Builder

    table = schema.ModelT.InitFromPackedBuf(host_app.models["int8"].read_bytes(), 0)
    graph = table.subgraphs[0]
    graph.tensors[graph.outputs[0]].name = "pose"
    builder = Builder()
    builder.Finish(table.Pack(builder), b"TFL3")
    model, finished = run_bytes(host_app, golden, tmp_path, bytes(builder.Output()))
    assert fails(
        finished,
        f"{model}: has no output 'landmarks' [1, 10] of float32, int8 or uint8; it has 'pose' ",
        "int8. This program was made for another model: build the bundle again",
    )


def test_no_camera(board_app):
    with emulated(RASPBERRY_PI_4) as words:
        finished = replace(board_app, words=words).run("int8", "--source", "/dev/video97")
    message = "/dev/video97: the camera cannot be opened (No such file or directory"
    assert fails(finished, message, status=2)
