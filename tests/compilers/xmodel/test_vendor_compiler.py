"""AMD's compiler, stood in for by stand_in_vai_c_xir.py: what we ask of it and make of its file."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from compilers.xmodel.compiler import COMPILER, NOT_COMPILED
from compilers.xmodel.decode import decode
from compilers.xmodel.dpu import Dpu
from compilers.xmodel.partition import is_compiled
from compilers.xmodel.vendor_compiler import (
    ARCH,
    COMPILED,
    QUANTIZED,
    SCRIPT,
    arch_json,
    compile_by_vendor,
    compile_script,
    find_vendor_compiler,
)
from zoo import registry
from zoo.errors import RefusedError, ToolchainError

DPU = Dpu("DPUCZDX8G_ISA1_B4096", 0x101000056010407, "3.0 or 3.5")
STAND_IN = Path(__file__).with_name("stand_in_vai_c_xir.py")
ROOT = Path(__file__).parents[3]

DOCKER = """\
#!/bin/sh
# Stands in for docker: it has the image, and runs the stand-in compiler where the volume is.
echo "$@" >> {log}
[ "$1" = image ] && exit 0
cd "$(echo "$6" | cut -d: -f1)" && exec {compiler} -x {quantized} -a {arch} -o . -n model
"""


def _script(path: Path, text: str) -> str:
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def programs(tmp_path, monkeypatch) -> Path:
    """A folder that is the first of the PATH, without AMD's compiler and docker behind it."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.delenv("VITIS_AI_IMAGE", raising=False)
    if find_vendor_compiler():
        pytest.skip("the real vai_c_xir is installed here")
    return folder


def _compiler(folder: Path) -> str:
    paths = f"{ROOT}:{ROOT / 'tests' / 'strategies'}"
    text = f'#!/bin/sh\nPYTHONPATH={paths} exec {sys.executable} {STAND_IN} "$@"\n'
    return _script(folder / "vai_c_xir", text)


@pytest.fixture
def files(quantized_file) -> dict[str, bytes]:
    texts = {ARCH: arch_json(DPU), SCRIPT: compile_script(DPU)}
    return {QUANTIZED: quantized_file, **{name: text.encode() for name, text in texts.items()}}


def test_it_is_found_on_the_path(programs):
    assert find_vendor_compiler() == ""
    assert _compiler(programs) == find_vendor_compiler()


def test_a_file_is_compiled_for_the_wanted_dpu(programs, files):
    _compiler(programs)
    assert is_compiled(decode(compile_by_vendor(files, DPU), "file"))


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        ("fails", r"vai_c_xir failed with 1; its last lines:\n.*stand-in: the DPU has no such op"),
        ("silent", "vai_c_xir reported success, but wrote no model.xmodel; run compile.sh"),
        ("other_dpu", "compiled for 0x101000056010408, not for 0x101000056010407; use Vit"),
        ("no_dpu", "assigned nothing to the DPU; `zoo show MODEL --target kv260` says op by op"),
    ],
)
def test_what_goes_wrong_is_told(programs, files, behaviour, message, monkeypatch):
    _compiler(programs)
    monkeypatch.setenv("STAND_IN_VAI_C", behaviour)
    with pytest.raises(ToolchainError, match=message):
        compile_by_vendor(files, DPU)


def test_amds_image_is_used_where_docker_has_it(programs, files, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    compiler, log = _compiler(tmp_path / "elsewhere"), tmp_path / "log"
    text = DOCKER.format(log=log, compiler=compiler, quantized=QUANTIZED, arch=ARCH)
    _script(programs / "docker", text)
    assert find_vendor_compiler() == "xilinx/vitis-ai-pytorch-cpu:latest"
    assert is_compiled(decode(compile_by_vendor(files, DPU), "file"))
    asked, ran = log.read_text().split("image inspect xilinx/vitis-ai-pytorch-cpu:latest\n")
    assert asked == ""
    assert ran.startswith(f"run --rm --user {os.getuid()}:{os.getgid()} --volume ")
    assert "conda activate vitis-ai-pytorch && vai_c_xir -x model.quantized.xmodel" in ran


def test_an_image_that_is_not_there_is_not_downloaded(programs):
    _script(programs / "docker", '#!/bin/sh\n[ "$1" = image ] && exit 1\nexit 99\n')
    assert find_vendor_compiler() == ""


@pytest.mark.usefixtures("programs")
def test_the_script_says_what_is_missing(files, tmp_path):
    (tmp_path / SCRIPT).write_bytes(files[SCRIPT])
    done = subprocess.run(["sh", str(tmp_path / SCRIPT)], capture_output=True, text=True)
    assert done.returncode == 3
    assert "neither vai_c_xir nor docker found; run this inside AMD's Vitis AI image" in done.stderr


@pytest.mark.usefixtures("programs")
def test_the_artifact_says_that_it_is_not_compiled(dpu_network):
    artifact = COMPILER.lower(dpu_network, registry.load("target", "kv260"), "dpu-pow2")
    assert (artifact.main, artifact.notes) == (QUANTIZED, (NOT_COMPILED,))
    assert COMPILED not in artifact.files
    assert {QUANTIZED, ARCH, SCRIPT, f"stand_in/{COMPILED}"} < artifact.files.keys()
    assert {"stand_in/network.c", "stand_in/network.h"} < artifact.files.keys()
    assert artifact.exactness.bound == 0
    assert COMPILER.lower(dpu_network, registry.load("target", "kv260"), "dpu-pow2") == artifact


@pytest.mark.parametrize(
    ("behaviour", "note"),
    [
        ("well", "compiled by vai_c_xir into one DPU subgraph"),
        (
            "split",
            "compiled by vai_c_xir into 2 DPU subgraphs, split by 'attention' (softmax); the app "
            "supports one",
        ),
    ],
)
def test_the_artifact_is_the_compiled_file_where_amds_compiler_is(
    programs, dpu_network, behaviour, note, monkeypatch
):
    _compiler(programs)
    monkeypatch.setenv("STAND_IN_VAI_C", behaviour)
    artifact = COMPILER.lower(dpu_network, registry.load("target", "kv260"), "dpu-pow2")
    assert artifact.main == COMPILED
    assert artifact.notes[0] == note
    assert artifact.notes[1] == (
        "the proof ran model.quantized.xmodel; its compiled form model.xmodel runs only on the "
        "board"
    )
    assert {QUANTIZED, COMPILED, ARCH, SCRIPT} < artifact.files.keys()


@pytest.mark.usefixtures("programs")
def test_another_fingerprint_goes_into_arch_json(dpu_network):
    target = registry.load("target", "kv260").variant("b3136-vai2.5")
    artifact = COMPILER.lower(dpu_network, target, "dpu-pow2")
    assert artifact.files[ARCH] == b'{"fingerprint": "0x101000016010406"}\n'
    assert b"DPUCZDX8G_ISA1_B3136 (fingerprint 0x101000016010406)" in artifact.files[SCRIPT]


def test_a_board_without_a_dpu_is_told(dpu_network):
    target = registry.load("target", "kv260")
    facts = {name: fact for name, fact in target.facts.items() if name != "fingerprint"}
    with pytest.raises(RefusedError, match="kv260: its facts lack fingerprint; a board with a DPU"):
        COMPILER.lower(dpu_network, replace(target, facts=facts), "dpu-pow2")
