"""Seeds, inputs that once were faults, and a short run of Atheris: no parser fails unexpectedly."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from parsers import PARSERS

from zoo.errors import ZooError

HERE = Path(__file__).parent
RUNS = 1000
CASES = [
    pytest.param(name, file, id=f"{name}-{file.name}")
    for folder in ("seeds", "found")
    for name in PARSERS
    for file in sorted((HERE / folder / name).glob("*"))
]


@pytest.mark.parametrize("name", PARSERS)
def test_every_parser_has_a_seed_that_it_reads(name, tmp_path):
    for number, seed in enumerate(sorted((HERE / "seeds" / name).iterdir())):
        with suppress(ZooError):
            PARSERS[name](seed.read_bytes(), tmp_path / str(number))
            return
    pytest.fail(f"{name}: no seed is read")


@pytest.mark.parametrize(("name", "file"), CASES)
def test_a_file_is_read_or_refused(name, file, tmp_path):
    with suppress(ZooError):
        PARSERS[name](file.read_bytes(), tmp_path)


def test_a_short_run_finds_nothing(tmp_path):
    pytest.importorskip("atheris")
    words = [f"-runs={RUNS}", "-seed=1", "-timeout=60", "-rss_limit_mb=4000"]
    command = [sys.executable, HERE / "fuzz_parser.py", tmp_path, *PARSERS, "--", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
