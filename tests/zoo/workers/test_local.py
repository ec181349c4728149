import multiprocessing
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from processes import until, wait_for_end

from zoo.errors import WorkerError
from zoo.workers.local import LocalWorkers


def die_once(mark: Path) -> int:
    """Kill this process, but not if the file is there."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def test_calls_run_in_other_processes_and_give_their_results():
    with LocalWorkers(2) as workers:
        numbers = [workers.submit(os.getpid).result() for _ in range(4)]
        assert [f.result() for f in [workers.submit(divmod, 7, 2)]] == [(3, 1)]
    assert os.getpid() not in numbers
    assert len(set(numbers)) <= 2
    assert multiprocessing.active_children() == []


def test_a_call_whose_process_is_killed_runs_again_in_another(tmp_path):
    with LocalWorkers(1) as workers:
        first = workers.submit(os.getpid).result()
        assert workers.submit(die_once, tmp_path / "mark").result() != first


def test_a_call_that_ends_its_process_every_time_is_given_up_and_the_next_one_runs():
    with LocalWorkers(1) as workers:
        with pytest.raises(WorkerError, match=r"its process ended by status 9, 3 times; if"):
            workers.submit(os._exit, 9).result()
        assert workers.submit(abs, -1).result() == 1


def test_an_exception_is_told_with_its_trace():
    with LocalWorkers(1) as workers:
        with pytest.raises(WorkerError, match=r"(?s)^Traceback.*ValueError: invalid literal"):
            workers.submit(int, "one").result()
        with pytest.raises(WorkerError, match="pickle"):
            workers.submit(sys._getframe).result()


def test_an_error_in_the_block_ends_running_calls_and_their_programs(tmp_path):
    mark = tmp_path / "pid"
    command = ["sh", "-c", f"echo $$ > {mark}; exec sleep 3600"]

    def interrupted():
        with LocalWorkers(1) as workers:
            workers.submit(subprocess.run, command)
            until(lambda: mark.exists() and mark.read_text().endswith("\n"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    wait_for_end(int(mark.read_text()))


def test_workers_end_with_a_caller_that_is_killed(tmp_path):
    code = (
        "import os, signal, sys, time\n"
        "from zoo.workers.local import LocalWorkers\n"
        "if __name__ == '__main__':\n"
        "    workers = LocalWorkers(1)\n"
        "    print(workers.submit(os.getpid).result(), flush=True)\n"
        "    workers.submit(time.sleep, 3600)\n"
        "    time.sleep(0.1)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    script = tmp_path / "caller.py"
    script.write_text(code)
    killed = subprocess.run([sys.executable, script], stdout=subprocess.PIPE, check=False)
    assert killed.returncode == -signal.SIGKILL
    wait_for_end(int(killed.stdout))
