"""The Debian package of Jetson boards, its scripts run by shells that believe they are there."""

import os
import subprocess

import pytest
from spot_app import REQUEST

from codegen.apps.nvidia import CPP_TENSORRT as APP
from codegen.apps.nvidia import CPP_TENSORRT_JETSON as JETSON_APP
from codegen.packages.debian import debian_package, package_name

BUNDLE = "spot.jetson-nano.fp16"
FACTS = {"bundle": BUNDLE, "quantization": "fp16", "notice": "", "c_library": "2.28"}
NAME = package_name(BUNDLE)


@pytest.fixture
def package():
    return debian_package(REQUEST, FACTS, JETSON_APP.packages["deb"])


def test_it_needs_what_the_adapter_is_made_with(package):
    assert package.control["Package"] == "zoo-spot.jetson-nano.fp16"
    assert package.control["Architecture"] == "arm64"
    assert package.control["Depends"] == (
        "libc6 (>= 2.27), g++, libnvinfer-dev, libnvonnxparsers-dev"
    )
    assert "with TensorRT on the GPU." in package.control["Description"]
    options = package.files[f"etc/default/{NAME}"].decode()
    assert options.endswith("OPTIONS='--source /dev/video0 --power board --track'\n")


def test_pcs_have_no_package():
    assert not APP.packages


@pytest.fixture
def board(tmp_path):
    """A board's folder of the package, whose programs write down that they were called."""
    for name in ("app/src/adapter/build.sh", "app/app", "selftest"):
        script = tmp_path / name
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(f'#!/bin/sh\necho "{name}" "$@" >>{tmp_path}/called\n')
        script.chmod(0o755)
    return tmp_path


def run(package, board, script, word):
    text = package.scripts[script].decode()
    text = text.replace("/usr/lib/$name", str(board)).replace(f"/usr/lib/{NAME}", str(board))
    (board / script).write_text(text)
    return subprocess.run(
        ["sh", board / script, word],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_installation_makes_adapter_and_engine_and_tests(package, board):
    assert run(package, board, "postinst", "configure").returncode == 0
    assert (board / "called").read_text().splitlines() == [
        f"app/src/adapter/build.sh {board}/lib",
        "app/app --build-engine",
        "selftest",
    ]


def test_installation_without_tensorrt_says_what_is_left(package, board):
    (board / "app/src/adapter/build.sh").write_text("echo no NvInfer.h >&2; exit 1\n")
    finished = run(package, board, "postinst", "configure")
    assert finished.returncode == 0
    assert finished.stderr == "no NvInfer.h\n"
    assert finished.stdout == (
        f"{NAME}: not ready, see above; then run: sudo dpkg-reconfigure {NAME}\n"
    )


def test_a_wrong_result_fails_the_installation(package, board):
    (board / "selftest").write_text("#!/bin/sh\nexit 1\n")
    assert run(package, board, "postinst", "configure").returncode == 1


def test_removal_takes_what_was_made(package, board):
    for name in ("lib", "engine", "model"):
        (board / name).mkdir()
    assert run(package, board, "prerm", "upgrade").returncode == 0
    assert (board / "engine").exists()
    assert run(package, board, "prerm", "remove").returncode == 0
    assert not (board / "lib").exists()
    assert not (board / "engine").exists()
    assert (board / "model").exists()
