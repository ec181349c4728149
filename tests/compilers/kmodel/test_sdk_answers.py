"""The simulator gives the bytes of the SDK's own runtime.

`sdk_answers.json` has the SHA-256 of what that runtime gave for each case of kpu_files. With
K210_SDK naming a checkout of the K210 standalone SDK, and Debian's xtl-dev, it is run again; then
ZOO_WRITE_GOLDEN=1 writes the file anew.
"""

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from kpu_files import CASES

from compilers.kmodel.encode import encode
from compilers.kmodel.executor import run_kmodel

HERE = Path(__file__).parent
ANSWERS = HERE / "sdk_answers.json"
SDK = os.environ.get("K210_SDK", "")


def answer(name: str) -> bytes:
    case = CASES[name]
    outputs = run_kmodel(case.model, list(case.inputs), name)
    return b"".join(output.tobytes() for output in outputs)


@pytest.mark.parametrize("name", CASES)
def test_outputs_are_those_that_the_sdk_gave(name):
    assert hashlib.sha256(answer(name)).hexdigest() == json.loads(ANSWERS.read_text())[name]


@pytest.fixture(scope="module")
def sdk_run(tmp_path_factory) -> Path:
    if not SDK or shutil.which("g++") is None:
        pytest.skip("K210_SDK names no checkout of the K210 standalone SDK, or g++ is missing")
    runtime = Path(SDK) / "lib" / "nncase" / "v0"
    program = tmp_path_factory.mktemp("sdk") / "sdk_run"
    sources = [HERE / "sdk_run.cpp", *sorted((runtime / "runtime").rglob("*.cpp"))]
    xtl = os.environ.get("XTL_INCLUDE", "/usr/include")
    flags = ["-std=c++17", "-O2", "-w", "-fpermissive", "-DNNCASE_TARGET=k210"]
    flags += [f"-I{runtime / 'include'}", f"-I{xtl}"]
    subprocess.run(["g++", *flags, *map(str, sources), "-o", str(program)], check=True)
    return program


@pytest.mark.parametrize("name", CASES)
def test_the_sdk_gives_the_same_bytes(name, sdk_run, tmp_path):
    case = CASES[name]
    model, inputs, outputs = (tmp_path / part for part in ("m.kmodel", "inputs", "outputs"))
    model.write_bytes(encode(case.model))
    inputs.write_bytes(b"".join(value.tobytes() for value in case.inputs))
    subprocess.run([sdk_run, model, inputs, outputs], check=True)
    found = outputs.read_bytes()
    if os.environ.get("ZOO_WRITE_GOLDEN"):
        known = json.loads(ANSWERS.read_text()) if ANSWERS.exists() else {}
        known[name] = hashlib.sha256(found).hexdigest()
        ANSWERS.write_text(json.dumps(known, indent=2) + "\n")
    assert np.array_equal(np.frombuffer(found, np.uint8), np.frombuffer(answer(name), np.uint8))
