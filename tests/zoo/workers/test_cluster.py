"""Builds on a Dask cluster of this machine."""

import os
import signal

import pytest

from zoo.errors import WorkerError
from zoo.workers.cluster import cluster

distributed = pytest.importorskip("distributed", reason="no dask.distributed")
dask = pytest.importorskip("dask", reason="no dask.distributed")


@pytest.fixture
def scheduler():
    """The address of a scheduler with two workers, each a process that is started again."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as machines:
        yield machines.scheduler_address


def die_once(mark):
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def test_calls_run_on_the_cluster_and_survive_a_killed_worker(scheduler, tmp_path):
    with cluster(scheduler) as calls:
        first = calls.submit(os.getpid).result()
        assert first != os.getpid()
        assert calls.submit(die_once, tmp_path / "mark").result() != os.getpid()
        assert calls.submit(os.getpid).result() != os.getpid()
        with pytest.raises(ValueError, match="invalid literal"):
            calls.submit(int, "one").result()


def test_a_missing_scheduler_is_told():
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(WorkerError, match=r"--scheduler tcp://127\.0\.0\.1:1: no Dask scheduler"),
        cluster("tcp://127.0.0.1:1"),
    ):
        pass
