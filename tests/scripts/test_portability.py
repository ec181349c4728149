"""The script that tries another Debian, on machines where it cannot."""

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "portability"


@pytest.mark.parametrize(
    ("user", "told"),
    [
        ("1000", "run it as root, for chroot and mounts: sudo make portability"),
        ("0", "debootstrap is missing: apt-get install debootstrap"),
    ],
)
def test_what_is_missing_is_told(tmp_path, user, told):
    for name in ("dirname", "readlink", "sh"):
        (tmp_path / name).symlink_to(Path("/usr/bin", name))
    (tmp_path / "id").write_text(f"#!/bin/sh\necho {user}\n")
    (tmp_path / "id").chmod(0o755)
    finished = subprocess.run(
        ["/bin/sh", SCRIPT],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == f"portability: trixie: {told}\n"
