"""A bundle's texts where the contract takes signals."""

import subprocess
from dataclasses import replace

import pytest
from spot_app import CONTRACT, TARGET

from codegen.apps.nvidia import CPP_TENSORRT
from codegen.apps.pc import CPP_ONNXRUNTIME
from codegen.apps.raspberry_pi import CPP_LITERT
from codegen.packages.debian import debian_package, package_name
from zoo.contract import SignalSpec
from zoo.plugs import AppRequest

FACTS = {"bundle": "spot.rpi4.ptq", "quantization": "ptq", "notice": "", "c_library": "2.28"}
SIGNALS = replace(CONTRACT, signal=SignalSpec(8000))
REQUEST = AppRequest("spot", TARGET, SIGNALS, "model.tflite")


@pytest.mark.parametrize("app", [CPP_LITERT, CPP_ONNXRUNTIME, CPP_TENSORRT])
def test_the_readme_speaks_of_sounds(app):
    text = app.companions(REQUEST, FACTS)["README.md"].decode()
    assert "app/app --source sound.wav " in text
    assert "\nA sound is a WAV file of 8000 samples per second. Each line has" in text
    assert "| `golden/` | signals and the outputs" in text
    assert not any(word in text for word in ("photo", "/dev/video0", "\n\n\n"))
    of_pictures = app.companions(replace(REQUEST, contract=CONTRACT), FACTS)["README.md"].decode()
    assert "photo.png" in of_pictures
    assert "sound" not in of_pictures


def test_no_service_listens_to_a_camera(tmp_path):
    for part, content in CPP_LITERT.companions(REQUEST, FACTS).items():
        (tmp_path / part).write_bytes(content)
    for name, says in {"uname": "aarch64", "id": "0", "getconf": "64"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\necho {says}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["sh", tmp_path / "install.sh", "--service", "/dev/video0"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode != 0
    assert done.stderr.endswith("starts the program on a camera, this model takes signals\n")


def test_the_package_names_no_camera():
    package = debian_package(REQUEST, FACTS, CPP_LITERT.packages["deb"])
    options = package.files[f"etc/default/{package_name(FACTS['bundle'])}"].decode()
    assert options.endswith("name one, such as --source /srv/sounds\nOPTIONS=--help\n")
    assert "on WAV files and raw\n PCM, with LiteRT" in package.control["Description"]
