import os
import subprocess
import sys

import click
import pytest

from zoo.cli.entry import enter

THREADS = "OPENBLAS_NUM_THREADS"


@click.command()
def threads():
    click.echo(os.environ[THREADS])


@pytest.mark.parametrize(("given", "expected"), [(None, "1"), ("4", "4")])
def test_a_program_computes_in_one_thread_unless_told(given, expected, monkeypatch, capsys):
    monkeypatch.setenv(THREADS, given or "")
    if given is None:
        monkeypatch.delenv(THREADS)
    monkeypatch.setattr(sys, "argv", ["threads"])
    with pytest.raises(SystemExit):
        enter(threads, "threads")
    assert capsys.readouterr().out.strip() == expected


def test_importing_the_library_only_silences_onnx_runtime():
    code = (
        "import os; before = dict(os.environ); import zoo.api\n"
        "print(dict(set(os.environ.items()) - set(before.items())))"
    )
    # A user's own value counts as set already.
    env = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    found = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "{'ORT_DISABLE_TELEMETRY': '1'}"
