"""install.sh of a bundle, on a machine whose TensorRT and CUDA are stand-ins."""

import shutil
import subprocess
from pathlib import Path

import pytest
from host_compilers import CXX
from made_once import made_once
from spot_app import REQUEST, save, spot
from tensorrt_machine import expected_outputs, fixed_network, pin, write_sources

from codegen.apps.nvidia import CPP_TENSORRT as APP
from codegen.templates import TEMPLATES
from codegen.tensorrt import build_stand_in
from codegen.wheels import onnxruntime_library

pytestmark = pytest.mark.toolchain
FACTS = {"bundle": "spot.rtx4060.none", "quantization": "none", "notice": "", "c_library": "2.28"}
HEADERS = TEMPLATES / "stand_in" / "tensorrt"
SCRIPT = TEMPLATES / "tensorrt" / "adapter" / "build.sh"
BOX = (30.0, 20.0, 80.5, 80.25)


@pytest.fixture(scope="session")
def tensorrt(cpp_tools, tmp_path_factory):  # noqa: ARG001
    """A folder laid out as TensorRT's and CUDA's are, their libraries being the stand-in's."""

    def make(folder: Path) -> None:
        (folder / "lib").mkdir()
        (folder / "include").mkdir()
        for header in HEADERS.glob("*.h"):
            shutil.copy(header, folder / "include")
        (folder / "include" / "NvInferVersion.h").write_text("#define TRT_MAJOR_ENTERPRISE 10\n")
        library = build_stand_in(folder / "lib", (CXX,), ("-fvisibility=default",))
        for name in ("nvinfer", "nvonnxparser", "cudart"):
            (folder / "lib" / f"lib{name}.so").symlink_to(library)

    return made_once(tmp_path_factory, "tensorrt_installation", make)


@pytest.fixture
def bundle(program, tmp_path):
    """An unpacked bundle without an engine."""
    folder = tmp_path / "bundle"
    for name in ("app", "lib", "model", "golden", "licences"):
        (folder / name).mkdir(parents=True)
    shutil.copy(program, folder / "app" / "app")
    write_sources(folder / "app" / "src")
    model = fixed_network(folder / "model" / "model.onnx")
    pin(model)
    picture = save(folder / "golden" / "spot.png", spot(66, 58))
    lines = [f"picture spot {' '.join(map(repr, BOX))}"]
    for name, values in expected_outputs(model, picture, BOX).items():
        numbers = " ".join(f"{value:.9g}" for value in values.ravel())
        lines.append(f"output 0 {values.size} {numbers} {name}")
    (folder / "golden" / "selftest.txt").write_text("\n".join(lines) + "\n")
    for name, content in APP.companions(REQUEST, FACTS).items():
        (folder / name).write_bytes(content)
    (folder / "selftest").chmod(0o755)
    for name in ("manifest.json", "certificate.json"):
        (folder / name).write_text("{}")
    return folder


def install(bundle, prefix, **environment):
    runtime = {"ZOO_ONNXRUNTIME": str(onnxruntime_library().file)}
    return subprocess.run(
        ["sh", bundle / "install.sh", prefix],
        env={"PATH": "/usr/bin:/bin", **runtime, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_install_ties_the_program_to_tensorrt_and_builds_the_engine(bundle, tensorrt, tmp_path):
    prefix = tmp_path / "prefix"
    here = {"TENSORRT": str(tensorrt), "CUDA": str(tensorrt)}
    finished = install(bundle, prefix, **here)
    assert finished.returncode == 0, finished.stderr
    place = prefix / "lib" / "zoo" / FACTS["bundle"]
    _, first, *tested, last = finished.stdout.splitlines()
    assert (
        first == f"made: {place}.new/lib/libzoo_tensorrt.so, with the headers in {tensorrt}/include"
    )
    assert tested[-1] == "spot_tiny.drawn: passed"
    assert last == f"installed: {prefix}/bin/{FACTS['bundle']}"
    assert "building the engine by stand-in TensorRT 10.9.0 on stand-in GPU" in finished.stderr
    assert (place / "engine" / "timings.cache").read_text() == "stand-in timings"

    again = install(bundle, prefix, **here)
    assert again.returncode == 0, again.stderr
    assert (place / "engine" / "timings.cache").read_text() == "stand-in timings, used again"


@pytest.mark.parametrize(
    ("there", "message"),
    [
        (
            (),
            "build.sh: no NvInfer.h; on a Jetson: apt install libnvinfer-dev libnvonnxparsers-dev; "
            "for GeForce RTX unpack NVIDIA's TensorRT-RTX and set TENSORRT to its directory\n",
        ),
        (
            ("NvInfer.h",),
            "build.sh: FOLDER/include: has no NvOnnxParser.h; apt install libnvonnxparsers-dev\n",
        ),
    ],
)
def test_missing_headers(tmp_path, there, message):
    if Path("/usr/include/x86_64-linux-gnu/NvInfer.h").exists():
        pytest.skip("TensorRT is installed here")
    (tmp_path / "include").mkdir()
    for name in there:
        (tmp_path / "include" / name).touch()
    finished = subprocess.run(
        ["sh", SCRIPT, tmp_path / "out"],
        env={"PATH": "/usr/bin:/bin", "TENSORRT": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert finished.returncode == 1
    assert finished.stderr == message.replace("FOLDER", str(tmp_path))


def test_missing_compiler(tmp_path):
    finished = subprocess.run(
        ["sh", SCRIPT, tmp_path],
        env={"PATH": "/usr/bin:/bin", "CXX": "no-such-thing"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    message = "build.sh: no C++ compiler; apt install g++, or CXX=COMPILER\n"
    assert (finished.returncode, finished.stderr) == (1, message)
