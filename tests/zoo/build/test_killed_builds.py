import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("killed_builds.py")


@pytest.mark.parametrize("scenario", ["first", "forced", "clear"])
def test_killed_at_any_moment_leaves_nothing_broken(tmp_path, scenario):
    finished = subprocess.run(
        [sys.executable, "-W", "error", SCRIPT, tmp_path, scenario],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stderr) == (0, "")
    assert int(finished.stdout) > 20
