"""install.sh of a Kria bundle, run by a shell that believes it is on a board."""

import subprocess

import pytest
from spot_app import CONTRACT, TARGET

from codegen.apps.kria import CPP_VART as APP
from zoo.plugs import AppRequest

BUNDLE = "spot.kv260.ptq"
PARTS = ("app", "model", "golden", "licences")
ARCH = '{"fingerprint": "0x101000056010407"}\n'
SHOW_DPU = "device_core_id=0 device= 0 core = 0 fingerprint = 0x101000056010407 batch = 1"
XDPUTIL = '{"kernels": [{"DPU Arch": "B4096", "fingerprint":"0x101000056010407"}]}'


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def board(tmp_path):
    """An unpacked bundle whose program writes down its words, and a folder of the board's tools."""
    folder = tmp_path / "a bundle"
    for part in (*PARTS, "app/src"):
        (folder / part).mkdir(parents=True)
        (folder / part / "file").write_text(part)
    for name in ("manifest.json", "certificate.json"):
        (folder / name).write_text("{}")
    request = AppRequest("spot", TARGET, CONTRACT, "model.quantized.xmodel")
    facts = {
        "bundle": BUNDLE,
        "quantization": "ptq",
        "notice": "for research only",
        "c_library": "2.28",
    }
    for name, content in APP.companions(request, facts).items():
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o755)
    (folder / "model" / "arch.json").write_text(ARCH)
    (folder / "model" / "model.xmodel").write_text("compiled")
    script(folder / "app" / "app", 'echo "$0" "$@"')
    script(tmp_path / "bin" / "uname", "echo aarch64")
    return folder


def install(board, *words):
    prefix = board.parent / "a prefix"
    path = f"{board.parent}/bin:/usr/bin:/bin"
    return prefix / BUNDLE, subprocess.run(
        ["sh", board / "install.sh", prefix, *words],
        env={"PATH": path},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    ("tool", "answer"), [("show_dpu", SHOW_DPU), ("xdputil", XDPUTIL), ("show_dpu", "no such")]
)
def test_it_asks_copies_and_tests(board, tool, answer):
    script(board.parent / "bin" / tool, f"echo '{answer}'")
    for _ in range(2):  # a second time replaces the first
        place, finished = install(board)
        assert finished.returncode == 0, finished.stderr
    assert (place / "model" / "model.xmodel").read_text() == "compiled"
    assert sorted(path.name for path in place.iterdir()) == sorted(
        [*PARTS, "README.md", "manifest.json", "certificate.json", "selftest"]
    )
    asked = "DPU: 0x101000056010407, as the network needs"
    unknown = "DPU: no tool reports it; VART compares it when the network loads"
    assert finished.stdout.splitlines() == [
        "signature: none, nothing shows who made this bundle",
        asked if "0x" in answer else unknown,
        f"{place}.new/app/app --selftest {place}.new/golden/selftest.txt",
        f"installed: {place}/app/app",
    ]


@pytest.mark.parametrize("answer", [SHOW_DPU, XDPUTIL])
def test_another_dpu_is_refused(board, answer):
    script(board.parent / "bin" / "show_dpu", f"echo '{answer.replace('056', '016')}'")
    place, finished = install(board)
    assert finished.returncode == 1
    assert not place.exists()
    assert finished.stderr == (
        "install.sh: the board's DPU is 0x101000016010407, the network is for 0x101000056010407: "
        "load another image (xmutil listapps, xmutil loadapp), or build the bundle for that DPU\n"
    )


def test_network_that_is_not_compiled(board):
    (board / "model" / "model.xmodel").unlink()
    _, finished = install(board)
    assert finished.returncode == 1
    assert finished.stderr == (
        "install.sh: model/model.xmodel is missing: on a machine with Vitis AI run sh "
        "model/compile.sh, copy that file here and run this again\n"
    )


def test_machine_that_is_no_board(board):
    script(board.parent / "bin" / "uname", "echo x86_64")
    _, finished = install(board)
    assert finished.stderr == "install.sh: this is a x86_64, the program is for aarch64\n"


def test_program_is_built_for_another_vart(board):
    script(board / "app" / "app", "echo 'libvart-runner.so.2: not found' >&2; exit 127")
    # "cmake -S SOURCE -B BUILD", then "cmake --build BUILD".
    build = 'printf "#!/bin/sh\\necho built\\n" >"$2/app"; chmod +x "$2/app"'
    script(board.parent / "bin" / "cmake", f'[ "$1" = -S ] || {{ {build}; }}')
    script(board.parent / "bin" / "g++", "exit 0")
    place, finished = install(board)
    assert finished.returncode == 0, finished.stderr
    assert "app/app does not load here: libvart-runner.so.2: not found" in finished.stdout
    assert finished.stdout.endswith(f"built\ninstalled: {place}/app/app\n")


def test_it_fails_where_the_selftest_fails(board):
    script(board / "app" / "app", '[ "$1" = --help ]')
    _, finished = install(board)
    assert finished.returncode != 0
    assert "installed" not in finished.stdout


def test_readme_says_how_to_compile_and_install(board):
    text = (board / "README.md").read_text()
    assert "    sh model/compile.sh\n" in text
    assert "    sudo sh install.sh " in text
    assert "**Licence notice**: for research only" in text
