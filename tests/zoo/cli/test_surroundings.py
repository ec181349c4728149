"""What the system refuses or ends is told in one line, and nothing is left behind."""

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
from processes import run_beside, state, until, wait_for_end
from tiny_bundle import write_bundle

from zoo.cli.entry import enter

ZOO = [sys.executable, "-m", "zoo"]
SLEEPER = """#!/bin/sh
trap 'echo "results until the end"; exit 7' TERM
sleep 60 >/dev/null 2>&1 &
echo $$ >"$1"
echo started >&2
wait
"""


@pytest.fixture(autouse=True)
def _interruptible():
    """Let programs take SIGINT, which those of a background job ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def zoo_in_sh(script, *words, program=ZOO, **environment):
    """Run a script in which "$@" is a command of the zoo."""
    return subprocess.run(
        ["sh", "-c", script, "sh", *program, *map(str, words)],
        env={**os.environ, **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("words", [["list", "--json"], ["--help"]])
def test_standard_output_that_takes_nothing(words, unbuffered):
    full = zoo_in_sh('"$@" >/dev/full', *words, PYTHONUNBUFFERED=unbuffered)
    expected = "zoo: standard output: cannot be written (No space left on device) [system]\n"
    assert (full.returncode, full.stderr) == (1, expected)
    closed = zoo_in_sh('"$@" >&-', *words)
    expected = "zoo: standard output: cannot be written (it is closed) [system]\n"
    assert (closed.returncode, closed.stderr) == (1, expected)


def test_closed_standard_input_and_error():
    found = zoo_in_sh('"$@" 0<&- 2>&-', "list")
    assert (found.returncode, found.stdout) == (0, zoo_in_sh('"$@"', "list").stdout)


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_that_ends_early_is_no_fault(unbuffered):
    found = zoo_in_sh('"$@" | true', "list", PYTHONUNBUFFERED=unbuffered)
    assert (found.stderr, found.stdout) == ("", "")


@pytest.mark.parametrize(
    ("number", "file", "message"),
    [
        (errno.ENOSPC, None, "cannot be written (No space left on device); free disk space there"),
        (errno.EFBIG, "a.bin", "a.bin: cannot be written (File too large); free disk space"),
        (errno.EROFS, "a.bin", "a.bin: Read-only file system"),
        (errno.EMFILE, None, "Too many open files"),
    ],
)
def test_refusals_of_the_system(number, file, message, capsys):
    @click.command()
    def refused():
        raise OSError(number, os.strerror(number), file)

    sys_argv, sys.argv = sys.argv, ["zoo"]
    try:
        with pytest.raises(SystemExit) as end:
            enter(refused, "zoo")
    finally:
        sys.argv = sys_argv
    said = capsys.readouterr().err
    assert end.value.code == 1
    assert said.startswith(f"zoo: {message}")
    assert said.count("\n") == 1


def start(*words, temporary):
    return subprocess.Popen(
        [*ZOO, *map(str, words)],
        env={**os.environ, "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_end_of_zoo_run_is_that_of_its_program(tmp_path, number):
    bundle = write_bundle(tmp_path, SLEEPER)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with start("run", bundle, tmp_path / "pid", temporary=temporary) as running:
        assert running.stderr.readline() == "started\n"
        running.send_signal(number)
        assert running.stdout.read() == "results until the end\n"
        assert running.wait() == 7
    assert list(temporary.iterdir()) == []
    wait_for_end(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize(
    ("number", "status", "message"),
    [
        (signal.SIGTERM, 143, "zoo: ended by signal SIGTERM\n"),
        (signal.SIGINT, 130, "zoo: interrupted\n"),
    ],
)
def test_other_commands_end_with_their_programs(tmp_path, number, status, message):
    """The self-test of a bundle starts programs of its own."""
    script = (
        "import click, subprocess\n"
        "from tempfile import TemporaryDirectory\n"
        "from zoo.cli.entry import enter\n"
        "@click.command()\n"
        "def command():\n"
        "    with TemporaryDirectory():\n"
        "        subprocess.run(['sh', '-c', 'sleep 3600 & echo $!; wait'])\n"
        "enter(command, 'zoo')\n"
    )
    temporary, said = tmp_path / "temporary", tmp_path / "said"
    temporary.mkdir()
    environment = {**os.environ, "TMPDIR": str(temporary)}
    # No pipe: programs that go on keep it open.
    with (
        said.open("wb") as error,
        run_beside([sys.executable, "-c", script], env=environment, stderr=error) as running,
    ):
        sleeper = int(running.stdout.readline())
        running.send_signal(number)
        assert running.wait() == status
    assert said.read_text().endswith(message)
    assert list(temporary.iterdir()) == []
    if number == signal.SIGINT:
        os.kill(sleeper, signal.SIGTERM)  # a terminal would have told it
    wait_for_end(sleeper)


def test_ctrl_z_stops_the_program_and_fg_continues_it(tmp_path):
    bundle, file = write_bundle(tmp_path, SLEEPER), tmp_path / "process"
    with subprocess.Popen([*ZOO, "run", bundle, str(file)], stderr=subprocess.PIPE) as running:
        assert running.stderr.readline() == b"started\n"
        program = int(file.read_text())
        for number, expected in ((signal.SIGTSTP, "T"), (signal.SIGCONT, "S")):
            running.send_signal(number)
            until(lambda expected=expected: {state(running.pid), state(program)} == {expected})
        running.terminate()
    assert running.returncode != 0


def test_what_is_ignored_stays_ignored(tmp_path):
    script = (
        "import click, os, signal\n"
        "from zoo.cli.entry import enter\n"
        "@click.command()\n"
        "def command():\n"
        "    os.kill(os.getpid(), signal.SIGHUP)\n"
        "    print('still here')\n"
        "enter(command, 'zoo')\n"
    )
    words = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", sys.executable, "-c", script]
    found = subprocess.run(words, capture_output=True, encoding="utf-8", check=True, cwd=tmp_path)
    assert found.stdout == "still here\n"


@pytest.mark.parametrize(("name", "status"), [("SEGV", 139), ("ABRT", 134), ("KILL", 137)])
def test_a_crash_is_told_with_its_signal(tmp_path, name, status):
    bundle = write_bundle(tmp_path, f"#!/bin/sh\nkill -{name} $$\n")
    found = zoo_in_sh('"$@"', "run", bundle)
    expected = f"zoo: {bundle}: its program was ended by signal SIG{name}\n"
    assert (found.returncode, found.stderr) == (status, expected)


@pytest.fixture
def mounted(tmp_path):
    """Return a function that runs a command of the zoo with TMPDIR on a file system of its own."""
    if shutil.which("unshare") is None:
        pytest.skip("no unshare: apt install util-linux")
    if subprocess.run(["unshare", "-rm", "true"], check=False, capture_output=True).returncode:
        pytest.skip("unshare cannot mount here: user namespaces are off")
    place = tmp_path / "mounted"
    place.mkdir()

    def run(options, *words, program=ZOO):
        mount = f'mount -t tmpfs -o {options} tmpfs "$TMPDIR" && exec "$@"'
        script = f"exec unshare -rm sh -c '{mount}' sh \"$@\""
        return zoo_in_sh(script, *words, program=program, TMPDIR=str(place))

    return run


def test_temporary_files_on_a_full_disk(mounted, tmp_path):
    bundle = write_bundle(tmp_path, "#!/bin/sh\n", more={"model/big": "x" * 100_000})
    for command in ("run", "verify", "show"):
        found = mounted("size=64k", command, bundle)
        assert found.returncode == 1, command
        assert "cannot be written (No space left on device); free disk space" in found.stderr
        assert f"temporary files are ({tmp_path}/mounted; TMPDIR names" in found.stderr
        assert found.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "use", ["import ctypes; ctypes.CDLL(name)", "import subprocess; subprocess.run([name])"]
)
def test_what_was_compiled_where_no_program_may_run(mounted, tmp_path, use):
    library = str(next(Path(np.__file__).parent.rglob("*.so")))
    script = (
        "import click, os, shutil, tempfile\n"
        "from zoo.cli.entry import enter\n"
        "@click.command()\n"
        "def command():\n"
        "    with tempfile.TemporaryDirectory() as folder:\n"
        f"        name = shutil.copy({library!r}, folder)\n"
        f"        {use}\n"
        "enter(command, 'zoo')\n"
    )
    found = mounted("noexec", program=[sys.executable, "-c", script])
    assert found.returncode == 1
    assert found.stderr.startswith(f"zoo: {tmp_path}/mounted/")
    assert found.stderr.endswith(
        f"programs cannot run below {tmp_path}/mounted, which is mounted noexec; name other "
        "folders by TMPDIR, or by --cache for builds [system]\n"
    )


def test_temporary_files_where_no_program_may_run(mounted, tmp_path):
    found = mounted("noexec", "run", write_bundle(tmp_path, "#!/bin/sh\n"))
    assert found.returncode == 1
    assert "its program cannot run here (Permission denied); programs cannot run" in found.stderr
    assert "which is mounted noexec; name other folders by TMPDIR" in found.stderr
