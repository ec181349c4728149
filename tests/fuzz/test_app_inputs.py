"""Seeds, inputs that once were faults, and a short run of libFuzzer on what the app reads."""

import subprocess
from pathlib import Path

import pytest
from app_program import HERE, INPUTS, build_fuzz_app, fuzz_app_words, why_not
from made_once import made_once

RUNS = 3000


@pytest.fixture(scope="session")
def program(tmp_path_factory) -> Path:
    if why := why_not():
        pytest.skip(why)
    return made_once(tmp_path_factory, "fuzz_app", build_fuzz_app) / "build" / "app"


def run(words, tmp_path):
    return subprocess.run(
        [*words, "-timeout=60"], capture_output=True, text=True, check=False, cwd=tmp_path
    )


@pytest.mark.toolchain
@pytest.mark.parametrize("name", INPUTS)
def test_a_short_run_finds_nothing(program, name, tmp_path):
    """What is in the folders is run first."""
    words = [*fuzz_app_words(program, name, tmp_path / "corpus"), f"-runs={RUNS}", "-seed=1"]
    done = run(words, tmp_path)
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"{len(list((HERE / 'seeds' / name).iterdir()))} files found" in done.stderr


@pytest.mark.toolchain
def test_an_unknown_input_is_told(program, tmp_path):
    done = run([program, "signals"], tmp_path)
    assert (done.returncode, done.stderr) == (
        2,
        f"fuzz_app: expected one of {' '.join(INPUTS)}\n",
    )
