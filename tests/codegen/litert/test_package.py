"""The Debian package, unpacked, its runtime fetched, and its program run as on the board."""

import io
import lzma
import shutil
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codegen.apps.raspberry_pi import CPP_LITERT as APP
from codegen.apps.raspberry_pi import LITERT_ARM as WHEEL
from codegen.emulator import emulated
from codegen.machines import RASPBERRY_PI_4
from codegen.packages.debian import debian_package
from codegen.wheels import wheel_file
from zoo import registry
from zoo.bundle.debian import pack_deb
from zoo.data.processing import preprocess
from zoo.picture import read_picture
from zoo.plugs import AppRequest

pytestmark = pytest.mark.toolchain

FACTS = {"bundle": "residual.rpi4.ptq", "quantization": "ptq", "notice": "", "c_library": "2.28"}


@pytest.fixture(scope="module")
def bundle(board_app, contract, golden, tmp_path_factory):
    """A folder as `zoo build` fills it, as far as the program needs it."""
    folder = tmp_path_factory.mktemp("bundle")
    for part in ("app", "model", "golden"):
        (folder / part).mkdir()
    shutil.copy2(board_app.program, folder / "app" / "app")
    model = shutil.copy2(board_app.models["int8"], folder / "model")
    network = registry.load("executor", "litert").load(Path(model).parent, "model.tflite")
    lines = []
    for item in golden:
        shutil.copy2(item.image, folder / "golden")
        frame = preprocess(contract, read_picture(item.image), item.box)
        values = network({"image": frame.input_chw[np.newaxis]})["landmarks"].ravel()
        lines.append(f"picture {item.name} {' '.join(map(repr, item.box))}")
        lines.append(f"output 0 {values.size} {' '.join(f'{v:.9g}' for v in values)} landmarks")
    (folder / "golden" / "selftest.txt").write_text("\n".join(lines) + "\n")
    request = AppRequest(
        "residual.random", registry.load("target", "rpi4"), contract, "model.tflite"
    )
    for name, content in APP.companions(request, FACTS).items():
        (folder / name).write_bytes(content)
    return folder, debian_package(request, FACTS, APP.packages["deb"])


@pytest.fixture(scope="module")
def root(bundle, tmp_path_factory):
    """A board's file system with the package, and the runtime that came by its runtime.sh."""
    folder = tmp_path_factory.mktemp("root")
    deb = pack_deb(bundle[1], bundle[0])
    packed = deb[deb.index(b"\xfd7zXZ", deb.index(b"data.tar.xz")) :]
    with tarfile.open(fileobj=io.BytesIO(lzma.LZMADecompressor().decompress(packed))) as data:
        data.extractall(folder, filter="fully_trusted")  # its link leads out of usr/bin
    place = folder / bundle[1].place
    (place / WHEEL.file).symlink_to(wheel_file(WHEEL))
    subprocess.run(["sh", place / "runtime.sh"], check=True, capture_output=True)
    return folder


def run(root, *words):
    (link,) = (root / "usr" / "bin").iterdir()
    with emulated(RASPBERRY_PI_4) as launcher:
        return subprocess.run(
            [*launcher, link.resolve(), *words], capture_output=True, encoding="utf-8", check=False
        )


def test_self_test(root, bundle):
    golden = root / bundle[1].place / "golden" / "selftest.txt"
    finished = run(root, "--selftest", golden)
    assert finished.returncode == 0, finished.stderr
    assert finished.stdout.count("largest difference 0, allowed 0: ok\n") == 2
    assert finished.stdout.endswith("residual.random: passed\n")


def test_self_test_of_another_network_fails(root, bundle, board_app):
    golden = root / bundle[1].place / "golden" / "selftest.txt"
    finished = run(root, "--model", board_app.models["float32"], "--selftest", golden)
    assert finished.returncode == 1
    assert finished.stdout.endswith("residual.random: FAILED\n")


def test_package_is_reproducible(bundle, tmp_path):
    other = shutil.copytree(bundle[0], tmp_path / "other")
    assert pack_deb(replace(bundle[1]), other) == pack_deb(bundle[1], bundle[0])
