"""The GPU of this machine: stand-ins for nvidia-smi."""

import pytest

from zoo.nvidia_gpu import NvidiaGpu, find_gpu


@pytest.fixture
def nvidia_smi(tmp_path, monkeypatch):
    """Return install(lines of a shell script)."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def install(script):
        program = tmp_path / "nvidia-smi"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    return install


def test_what_the_driver_says(nvidia_smi):
    nvidia_smi(
        '[ "$1 $3" = "--query-gpu=compute_cap,driver_version,name --id=0" ] && '
        'echo "8.9, 580.159.04, NVIDIA GeForce RTX 4060"'
    )
    assert find_gpu() == NvidiaGpu("8.9", "580.159.04", "NVIDIA GeForce RTX 4060")


@pytest.mark.parametrize(
    "script", ["echo 'NVIDIA-SMI has failed'; exit 9", "echo '8.9, 5, GPU'; exit 15", "echo"]
)
def test_a_driver_that_fails_is_no_gpu(nvidia_smi, script):
    nvidia_smi(script)
    assert find_gpu() is None


@pytest.mark.usefixtures("nvidia_smi")
def test_no_driver():
    assert find_gpu() is None
