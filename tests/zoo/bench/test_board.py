import os
import signal
import subprocess
import sys

import pytest
from processes import until, wait_for_end
from tiny_bundle import NOTHING, PROGRAM, write_bundle

from zoo.bench.board import board_machine, measure_on_board
from zoo.bench.ssh import Connection, connect
from zoo.bundle.bundle import unpack
from zoo.errors import BoardError, UsageError, VerifyError

pytestmark = pytest.mark.toolchain
FAILS = ('difference 0, allowed 0: ok"', 'difference 3, allowed 0: FAILED"; exit 1')
AARCH64 = b"\x7fELF" + bytes(14) + (183).to_bytes(2, "little") + bytes(44)


@pytest.fixture
def measure(board, tmp_path):
    """Return measure(program, threads) -> the latency of a bundle with that program."""

    def run(program=PROGRAM, threads=1, files=NOTHING, wrap=lambda c: c):
        archive = write_bundle(tmp_path, program, more=files)
        with connect(board.host) as opened:
            connection = wrap(opened)
            bundle = unpack(archive, tmp_path / "here")
            (found,), chains = measure_on_board(connection, archive, bundle, threads, 500)
            assert chains == ()
            return found

    yield run
    assert board.leftovers == []


def test_latency(measure, board):
    found = measure(threads=4)
    assert (found.name, found.model, found.runtime) == ("toy ptq board", "toy", "cpp-toy")
    assert (found.threads, found.runs) == (4, 500)
    assert (found.watts, found.celsius, found.slowed) == (2.5, 61.5, ["heat"])
    assert (found.min_ms, found.median_ms, found.p95_ms) == (1.5, 2.0, 4.25)
    assert (found.border_ms, found.steps_ms) == (0.5, 0.125)
    words = (board.temporary / "words").read_text().split()
    expected = "--source golden/photo.png --box 1.0,2.0,30.0,40.5 --json --threads 4 --repeat 500"
    assert words[: len(expected.split())] == expected.split()


def test_both_networks_of_a_chain(board, tmp_path):
    program = PROGRAM.replace('>"$', '>>"$').replace("--threads N", "--threads N  --track")
    archive = write_bundle(tmp_path, program, detector="finder")
    with connect(board.host) as connection:
        bundle = unpack(archive, tmp_path / "here")
        found, chains = measure_on_board(connection, archive, bundle, 1, 500)
    assert [latency.name for latency in found] == ["toy ptq board", "finder ptq board"]
    *_, network, detector, plain, followed = (board.temporary / "words").read_text().splitlines()
    assert network.startswith("--source golden/photo.png --box 1.0,2.0,30.0,40.5 --json")
    assert detector.startswith("--source golden/photo.png --detector-only --json")
    assert network.endswith("--repeat 500 --power board --heat board")
    assert detector.endswith("--repeat 500 --power board --heat board")
    assert plain == "--source raw:8x6:/dev/stdin --json --threads 1"
    assert followed == f"{plain} --track"
    assert [chain.follows for chain in chains] == [False, True]
    assert {chain.name for chain in chains} == {"toy.board.ptq"}
    parts = ("photo_ms", "detector_ms", "tracking_ms", "network_ms", "rest_ms")
    assert [getattr(chains[0], part) for part in parts] == [5.5, 3.0, 0.5, 1.25, 0.75]
    assert (chains[0].photos, chains[0].faces) == (500, 2)


def test_meters_that_work(measure, board):
    measure()
    words = (board.temporary / "words").read_text().split()
    assert words[words.index("--repeat") + 2 :] == ["--power", "board", "--heat", "board"]


@pytest.mark.parametrize(("meter", "other"), [("--power", "--heat"), ("--heat", "--power")])
def test_a_meter_that_the_board_lacks(measure, board, meter, other):
    measure(PROGRAM.replace("  *) echo", f'  *"{meter} board"*) exit 1 ;;\n  *) echo'))
    words = (board.temporary / "words").read_text().split()
    assert words[words.index("--repeat") + 2 :] == [other, "board"]


def test_a_program_that_tells_no_latencies(measure):
    with pytest.raises(
        BoardError, match=r"program reports no latencies \(KeyError\('min'\)\); rebuild it$"
    ):
        measure(PROGRAM.replace('"min": 1.5, ', ""))


def test_a_runtime_that_the_bundle_fetches(measure):
    program = PROGRAM.replace("#!/bin/sh", "#!/bin/sh\n[ -f lib/runtime.so ] || exit 127")
    measure(program, files={"runtime.sh": "mkdir lib && touch lib/runtime.so"})


def test_a_runtime_that_cannot_be_fetched(measure):
    with pytest.raises(
        BoardError,
        match=r"cannot copy the inference runtime beside the program \(runtime.sh: no net\)$",
    ):
        measure(files={"runtime.sh": "echo 'runtime.sh: no net' >&2; exit 1"})


class Breaking(Connection):
    """A line that breaks before the end."""

    def run(self, script, stdin=None):
        if "rm -rf" in script:
            super().run(script, stdin)
            raise BoardError("pi@board: cannot be reached (Broken pipe)")
        return super().run(script, stdin)


def test_what_cannot_be_removed_is_named(measure):
    with pytest.raises(
        BoardError, match=r"\(Broken pipe\); /.*/zoo-bench-\w+ is still there, remove it$"
    ):
        measure(wrap=lambda opened: Breaking(opened.host, opened.words))


def test_machine(board):
    with connect(board.host) as connection:
        machine = board_machine(connection)
    assert list(machine) == ["processor", "system", "python"]
    assert os.uname().release in machine["system"]


def test_another_processor(measure):
    with pytest.raises(
        BoardError,
        match=rf"its processor is '{os.uname().machine}', but the program for board runs on "
        r"aarch64 or arm64; build for that board's target$",
    ):
        measure(AARCH64)


def test_a_self_test_that_fails(measure):
    with pytest.raises(
        VerifyError,
        match=r"the self-test failed \(photo: score: largest difference 3, allowed 0: FAILED\); "
        r"this board's results differ, do not deploy the bundle there$",
    ):
        measure(PROGRAM.replace(*FAILS))


def test_a_missing_library(measure):
    with pytest.raises(
        BoardError,
        match=r"program does not run there \(liblitert.so: cannot open shared object file\); its "
        r"README says what the board needs$",
    ):
        measure("#!/bin/sh\necho 'liblitert.so: cannot open shared object file' >&2\nexit 127\n")


def test_threads_that_the_program_cannot_have(measure):
    with pytest.raises(UsageError, match=r"^--threads 4: the bundle's program runs on one"):
        measure(PROGRAM.replace("--threads N  ", ""), threads=4)


def test_an_interrupted_run_ends_there_too(board, tmp_path):
    """Ctrl-C reaches the whole group of processes, as in a terminal."""
    endless = PROGRAM.replace("*) echo", "*) echo $$ >$TMPDIR/running; exec sleep 3600; echo")
    archive = write_bundle(tmp_path, endless)
    command = [sys.executable, "-m", "zoo", "bench", "--ssh", board.host, archive]
    bench = subprocess.Popen(
        command, start_new_session=True, stderr=subprocess.DEVNULL, preexec_fn=_heed_interrupts
    )
    note = board.temporary / "running"
    until(lambda: (note.exists() and note.read_text().endswith("\n")) or bench.poll() is not None)
    process = int(note.read_text())
    os.killpg(bench.pid, signal.SIGINT)
    assert bench.wait() == 130
    assert board.leftovers == []
    wait_for_end(process)


def _heed_interrupts() -> None:
    """Undo what a shell does to jobs in the background, which ignore Ctrl-C, their children too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
